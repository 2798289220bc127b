"""Comments on pull requests and on commits, and reactions to them."""

from __future__ import annotations

from tests.standins.github.commits import read_commit
from tests.standins.github.operations import Answer, Call, operation
from tests.standins.github.payloads import tell_comment
from tests.standins.github.refusals import Refusal, check_length, not_found
from tests.standins.github.repository import NUMBERS
from tests.standins.github.shapes import Shape, account
from tests.standins.github.state import Comment, CommitComment, moment
from tests.standins.github.world import comments_of

READ = ("issues:read", "pull-requests:read")
WRITE = ("issues:write", "pull-requests:write")


@operation("issues/create-comment", *WRITE, role="read")
def create_comment(call: Call) -> Answer:
    pull = call.pull
    check_length("IssueComment", "body", call.body["body"])
    comment = Comment(next(NUMBERS), pull.number, call.body["body"], call.who.login)
    call.repository.comments.append(comment)
    pull.updated_at = moment()
    tell_comment(call.world, call.repository, call.who, "created", pull, comment)
    return Answer(201, shape(call, comment))


def shape(call: Call, comment: Comment) -> Shape:
    """A comment as the API shows it."""
    return call.world.pulls(call.repository).comment(comment)


def found(call: Call) -> Comment:
    """The comment that is meant."""
    for comment in call.repository.comments:
        if str(comment.id) == call.parameters["comment_id"]:
            return comment
    raise not_found()


def own(call: Call, login: str) -> None:
    """Refuse to change others' comments, except by people who may write."""
    if login != call.who.login and not call.repository.has_role(call.who, "write"):
        raise Refusal(403, "Must have admin rights to Repository.")


@operation("issues/list-comments", *READ)
def list_comments(call: Call) -> Answer:
    return Answer(200, [shape(call, each) for each in comments_of(call.repository, call.pull)])


@operation("issues/get-comment", *READ)
def get_comment(call: Call) -> Answer:
    return Answer(200, shape(call, found(call)))


@operation("issues/update-comment", *WRITE, role="read")
def update_comment(call: Call) -> Answer:
    comment = found(call)
    own(call, comment.login)
    check_length("IssueComment", "body", call.body["body"])
    comment.body, comment.updated_at = call.body["body"], moment()
    pull = call.repository.pulls[comment.number]
    tell_comment(call.world, call.repository, call.who, "edited", pull, comment)
    return Answer(200, shape(call, comment))


@operation("issues/delete-comment", *WRITE, role="read")
def delete_comment(call: Call) -> Answer:
    comment = found(call)
    own(call, comment.login)
    call.repository.comments.remove(comment)
    return Answer(204)


@operation("reactions/create-for-issue-comment", "issues:write", role="read")
def create_reaction(call: Call) -> Answer:
    comment = found(call)
    reaction = (call.who.login, call.body["content"])
    new = reaction not in comment.reactions
    if new:
        comment.reactions.append(reaction)
    return Answer(201 if new else 200, reaction_shape(call, comment, reaction))


@operation("reactions/list-for-issue-comment", "issues:read")
def list_reactions(call: Call) -> Answer:
    comment = found(call)
    wanted = call.query.get("content")
    told = [each for each in comment.reactions if wanted in (None, each[1])]
    return Answer(200, [reaction_shape(call, comment, each) for each in told])


def reaction_shape(call: Call, comment: Comment, reaction: tuple[str, str]) -> Shape:
    """Somebody's reaction."""
    login, content = reaction
    number = comment.id * 100 + comment.reactions.index(reaction)
    user = account(call.world.base_url, login)
    return {"id": number, "node_id": f"REA_{number}", "user": user, "content": content}


@operation("repos/create-commit-comment", "contents:read", role="read")
def create_commit_comment(call: Call) -> Answer:
    sha = call.parameters["commit_sha"]
    if read_commit(call.repository.git, sha) is None:
        raise Refusal(422, f"No commit found for SHA: {sha}")
    check_length("CommitComment", "body", call.body["body"])
    kept = {key: call.body[key] for key in ("path", "position", "line") if key in call.body}
    comment = CommitComment(next(NUMBERS), sha, call.body["body"], call.who.login, **kept)
    call.repository.commit_comments.append(comment)
    return Answer(201, call.commits.comment(comment))


@operation("repos/list-comments-for-commit", "metadata:read")
def list_commit_comments(call: Call) -> Answer:
    sha = call.repository.resolve(call.parameters["commit_sha"])
    told = [each for each in call.repository.commit_comments if each.sha == sha]
    return Answer(200, [call.commits.comment(each) for each in told])


@operation("repos/update-commit-comment", "contents:write", role="read")
def update_commit_comment(call: Call) -> Answer:
    for comment in call.repository.commit_comments:
        if str(comment.id) == call.parameters["comment_id"]:
            own(call, comment.login)
            check_length("CommitComment", "body", call.body["body"])
            comment.body, comment.updated_at = call.body["body"], moment()
            return Answer(200, call.commits.comment(comment))
    raise not_found()
