"""Runs on Modal: launched in seconds, driven by a small container of their own. And services.

Every run has an app: a function `coordinate`, which drives it, and one function for each stage, which does
the attempts. They meet on three Volumes (see `names`), where each container sees its own run only.

On the launching machine:
    remote          what the pipeline asks for; everything below serves it
    access          whether a plan could run: environment, secrets, Volumes
    checkup         whether this machine and the provider are set up for each other
    client, reach   whether the provider answers, and the SDK is one that we know
    troubles        what goes wrong, in our words
    deployment      the app of a run: blueprint (its functions), images (what containers hold)
    transfer        files on Volumes
    apps, logs      what stands there, what calls printed; noting tells people what is waited for
    bundle          unpacks what comes home
    billing         rates, and what was billed

In the coordinator's container:
    coordinator     from its appointment to the bundle
    session         the engine's view of the provider: orders and spawning start attempts, live looks after
                    their calls, remains reads what they left
    published       the journal on the control Volume; mount is a Volume as a container sees it
    packing         makes the bundle
    waking          tells GitHub that the run has finished, where a token for that is configured
    calls           how calls ended; the launching machine asks that, too

In an attempt's container, with the provider's client and the standard library only:
    attempt         from its appointment to its delivery
    work            looks after the worker process; echo prints its log, notices says when to stop,
                    surroundings is what its programs see
    folder          what the attempt leaves on the outputs Volume

Services have an app each, with one web function, which stands until it is removed:

    services        what the pipeline asks for, on the launching machine
    service_app     the app of a service, and what its container is told
    serve           in the container, with the provider's client and the standard library only: from the
                    snapshot to the application. One that launches training has all of this package

Shared: names, limits, appointment (whether a container is the one that was meant).

**Whom a run trusts.** The programs of one run trust each other, and nobody else trusts them. A program
can write anywhere in its run's folder of the outputs Volume: it can forge the results, times, outputs and
checkpoints of its run's other tasks, have attempts end early or be done again (as often as the engine
allows), and so make the run dearer than it looks, up to the time limits of its containers; the bill by tag
tells the truth. Its own run's plan, manifest, journal and code it can read and not change, as those mounts
are read-only. Of other runs, their code and their secrets it sees nothing: each mount is of one run's
folder, or of one tree of code, and its container has no access to the provider. Whatever lies on the
outputs Volume is read without following links, up to a limit, and taken for nothing where it is not what
it should be.
"""
