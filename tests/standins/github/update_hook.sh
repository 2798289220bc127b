#!/bin/sh
# What GitHub checks of a pushed reference: protection, workflow files, sizes. Arguments: name, old, new.
ref=$1 new=$3
absent=0000000000000000000000000000000000000000

if [ -n "$HUB_PROTECTED" ] && printf '%s' "$HUB_PROTECTED" | grep -qxF -e "$ref"; then
    echo "error: GH006: Protected branch update failed for $ref." >&2
    echo "error: Changes must be made through a pull request." >&2
    exit 1
fi
[ "$new" = "$absent" ] && exit 0

workflows() { git ls-tree -r "$1" -- .github/workflows/; }

if [ -z "$HUB_WORKFLOWS" ] && brought=$(workflows "$new") && [ -n "$brought" ]; then
    known=$(git for-each-ref --format='%(objectname)' refs/heads | sort -u | while read -r tip; do
        workflows "$tip"
    done)
    path=$(printf '%s\n' "$brought" | grep -vxF -e "$known" | cut -f2 | head -n 1)
    if [ -n "$path" ]; then
        echo "error: refusing to allow a GitHub App to create or update workflow \`$path\`" \
            "without \`workflows\` permission" >&2
        exit 1
    fi
fi

if [ -n "$HUB_LARGEST_FILE" ]; then
    large=$(git rev-list --objects "$new" --not --all \
        | git cat-file --batch-check='%(objecttype) %(objectsize) %(rest)' \
        | awk -v most="$HUB_LARGEST_FILE" '$1 == "blob" && $2 > most { sub(/^blob [0-9]+ /, ""); print; exit }')
    if [ -n "$large" ]; then
        echo "error: File $large is larger than 100.00 MB; this exceeds GitHub's file size limit of 100.00 MB" >&2
        echo "error: GH001: Large files detected. You may want to try Git Large File Storage." >&2
        exit 1
    fi
fi
exit 0
