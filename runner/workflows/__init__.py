"""What the workflows of GitHub call: `runner github VERB`, one module for each verb.

A workflow file holds no logic. It says when it runs, with which permissions and which secrets, and calls
one verb, which reads the event, calls the same `pipeline` that the command line calls, and says what
came of it: as annotations, in the step's summary, in outputs, in comments and statuses.

| verb | module | called when |
|---|---|---|
| `check` | `checking` | a pull request touches `jobs/`; has no token and no secret |
| `comment` | `commenting` | that check has ended; believes nothing that it left |
| `standing` | `standing` | that check found that manifests of services go |
| `launch` | `launching` | a push touches `jobs/`, a person or a program asks |
| `deploy` | `deploying` | a push touches `jobs/` or what services are made from, or a person asks |
| `collect` | `collecting` | by the clock, or when a run says that it finished |
| `cancel` | `cancelling` | a person asks |
| `chat` | `chatting` | somebody writes a comment |

`event` is what GitHub says has happened, `output` is how a step answers. Of both sides of a verb only
GitHub's own words are believed: never a branch, a title, a manifest, an artifact or a comment.
"""
