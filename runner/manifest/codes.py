"""What the refusals of the loader mean: code, summary, explanation."""

from __future__ import annotations

from typing import Final

_TEXT: Final = """\
no-file: No such file
The path that was given leads to no file. Check it, or name the folder.

unreadable-file: A file that cannot be read
The system refused to open the file; the message says why.

file-too-large: A manifest over 1 MiB
A manifest is written and read by people. Keep data in files of the repository and name them in the
command.

wrong-encoding: A file that is not UTF-8 text
Manifests are UTF-8. The place names the first byte or control character that is not.

empty-document: An empty file
The file holds no document. `runner init KIND NAME` writes one to start from.

several-documents: Several documents in one file
A line with `---` begins another document. A manifest is one job in one file: split the file.

syntax: Not YAML
The file does not follow the grammar of YAML. The place is where reading had to end; the mistake
stands there or shortly before.

duplicate-key: A field given twice
YAML forbids it, and many readers silently take the last one. The message names the line of the
first: keep one of them.

non-string-key: A key that is not text
Unquoted `1`, `true` or `null` are values, and JSON knows only text as keys. Put the key in quotes.

custom-tag: A tag such as !name or !!set
Tags ask the reader to make values of other types, and some make programs run. Manifests are plain
data: remove the tag.

merge-key: A merge key (<<)
Merge keys were an extension of YAML 1.1 that YAML 1.2 dropped. Write the fields out, or alias
whole values.

recursive-alias: An alias of what contains it
The value would never end. Write it out.

too-many-values: More than 50,000 values
A manifest is written and read by people: keep data in files of the repository. Aliases of aliases
can make even a small file into more values than a machine can hold; they count as written out.

too-deep: Nesting beyond 50
No manifest needs it, and such files are made to hurt their readers. Flatten the structure.

number-out-of-range: A number that is not finite or too large
Infinity, not-a-number and integers beyond 64 bits have no place in JSON and mean different things
to different readers.

null-character: A null character
No program takes a null character in an argument or a variable. An escape such as \\0 in double
quotes made it: remove it.

unknown-kind: An unknown kind of job
`kind` says what the job is. The message names the kinds, or the nearest one.

unknown-field: A field that does not exist
The name is not known at this place; often it is misspelt or stands one level too high. With the
first line of the template an editor completes every field; `runner schema KIND` prints them.

missing-field: A field that must be there
The place is the mapping that lacks it. With the first line of the template an editor completes
every field; `runner schema KIND` prints them.

wrong-type: A value of the wrong type
Text, numbers, lists and mappings are told apart. Numbers follow YAML 1.2: 3e-5 is a number, yes is
text, and 3.10 is the number 3.1 unless it is quoted.

wrong-value: A value that is not allowed
The type is right, but the value breaks a limit or a form; the message says which.

included-file: A file that a manifest names and that cannot be used
A sweep may stand in a file of its own. Its path is relative to the repository's root; links, and
paths that lead out of the repository, are not followed. The file holds a mapping.

bad-override: An override that cannot be applied
`--set path=value` names a field by its path from the root, such as spec.resources.timeout=2h or
spec.variants[0].name=a. Values are YAML; where the schema wants text, they are text. Put names that
hold dots in double quotes.
"""


def _pages() -> dict[str, tuple[str, str]]:
    pages = {}
    for entry in _TEXT.split("\n\n"):
        title, _, page = entry.partition("\n")
        code, _, summary = title.partition(": ")
        pages[code] = (summary, page.strip())
    return pages


CODES: Final = _pages()
