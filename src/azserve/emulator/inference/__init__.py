"""The data plane: what a deployed model answers, and how the service around it refuses.

    app.py         one request to one answer: route, sign-in, model, limits, model's answer, wire form
    routes.py      paths of both hostings → Route; what is a wrong path, what is only not modelled
    signin.py      keys and Entra tokens
    refusals.py    error bodies, one shape per dialect
    traits.py      what each model can do, out of the scenario
    parameters.py  the request's body → ChatWish: types, ranges, extra and unsupported parameters
    messages.py    its messages → turns; images.py reads the pictures in them
    limits.py      token and request buckets
    script/        the model: deterministic, scripted, knows no route
    completion.py  what the model said → tokens counted, cut, stopped, filtered
    answers.py     → JSON bodies; stream.py → server-sent events
    embeddings.py  vectors
    upstream.py    chat passed on to a real model instead; relay.py → its stream as it comes
    mutants.py     ways to misbehave, so that each probe of a smoke test can be seen to fail

Three dialects, not two hostings, decide the wire form: a serverless endpoint, `/models` of a Foundry resource, and the
OpenAI routes of a Foundry resource. They differ in error shapes, in where thinking goes, and in when usage is sent.

The model makes one text, thinking and tags included, whatever the dialect; limits, stop sequences and streaming cut
that one text, and only then is it laid out. So a streamed answer cannot differ from an unstreamed one. A real model's
stream is laid out piece by piece instead: whoever waits for its first word should not have to wait for its last.

Rejected: canned answers by request hash (nothing new would ever be answered); a small real model (slow, heavy, and
not the same twice); answering anything from a tokenizer library (its tables weigh megabytes, and the token counts
of the tutorials would still not come out).
"""
