namespace Sluice.Edge.Tests.Model;

/// <summary>
/// A shared cache written from RFC 9111, section by section, as plainly as it goes: a list, no bytes, no concurrency.
/// Where the RFC leaves a choice, it makes the one docs/semantics.md tells of.
/// </summary>
internal sealed class CacheModel
{
    private readonly List<StoredResponse> stored = [];

    public static bool IsHeuristicallyCacheable(int status) => status is 200 or 203 or 204 or 206 or 300 or 301 or 308 or 404 or 405 or 410 or 414 or 501;

    /// <summary>The stored response that a request selects (sections 4 and 4.1).</summary>
    public StoredResponse? Select(Step request) =>
        stored.Find(response => response.Path == request.Path && (response.Answer.Vary is null || response.Foo == request.Foo));

    /// <summary>What is to be seen of a request.</summary>
    public Exchange Handle(Step request, ScriptedOrigin origin, DateTimeOffset now)
    {
        if (request.Method is not ("GET" or "HEAD")) return HandleUnsafe(request, origin);
        var chosen = Select(request);
        if (chosen is not null && MayBeReused(chosen, request, now)) return FromStored(chosen, request, origin, now, asked: null);
        if (request.Control?.OnlyIfCached == true) return new(504, "", null, null, false, false);

        // Section 4.3.1: the validators of what is stored replace the client's own.
        var (tag, since) = chosen is null ? (origin.ConditionText(), null) : (chosen.Answer.ETag, chosen.Answer.LastModified);
        var asked = new Exchange(0, "", null, null, false, true, tag, since);
        if (request.IsDown) return chosen is not null && MayStandIn(chosen, request, now) ? FromStored(chosen, request, origin, now, asked) : asked with { Status = 502 };

        var answer = origin.Answer(tag, since);
        if (chosen is not null && answer.Status == 304 && (tag is not null || since is not null)) return Confirmed(chosen, answer, request, origin, now, asked);
        if (chosen is not null && request.Method == "HEAD" && answer.Status == 200)
        {
            if (!Contradicts(chosen, answer))
            {
                // Where there are validators, one has to say so.
                var isSaid = answer.ETag is not null || answer.LastModified is not null || (chosen.Answer.ETag is null && chosen.Answer.LastModified is null && chosen.Lifetime > TimeSpan.Zero && !chosen.MustBeValidated);
                if (isSaid) return Confirmed(chosen, answer, request, origin, now, asked);
            }
            else chosen.IsOutdated = true;
        }

        // An error never takes the place of a good answer; only "it is gone" does. One error may take another's.
        var mayReplace = chosen is not { Answer.Status: < 400 } || answer.Status < 400 || answer.Status is 404 or 410;
        var isStored = request.Method == "GET" && mayReplace && MayBeStored(request, answer);
        if (chosen is not null && !isStored && answer.Status is 500 or 502 or 503 or 504 && MayStandIn(chosen!, request, now)) return FromStored(chosen!, request, origin, now, asked);
        var passed = asked with { Status = answer.Status, Body = request.Method == "HEAD" ? "" : answer.Body, Marker = answer.Marker, Age = answer.Age, HasCookie = answer.HasCookie };
        // Not of the RFC: what is gone does not come back when the origin fails, whether that may be remembered or not.
        if (chosen is not null && !isStored && request.Method == "GET" && answer.Status is 404 or 410 && request.Control?.NoStore != true && !MayBeStored(request with { IsAuthorised = false }, answer)) stored.Remove(chosen);
        if (!isStored) return passed;

        // An answer that varies by other fields than before replaces them all.
        stored.RemoveAll(old => old.Path == request.Path && (old.Answer.Vary != answer.Vary || answer.Vary is null || old.Foo == request.Foo));
        var added = new StoredResponse { Path = request.Path, Answer = answer, ReceivedAt = now, Foo = request.Foo };
        stored.Add(added);
        return Matches(added, request, origin) ? passed with { Status = 304, Body = "" } : passed;
    }

    /// <summary>Section 3.</summary>
    private static bool MayBeStored(Step request, ScriptedAnswer answer)
    {
        var control = answer.Control ?? new();
        if (request.Control?.NoStore == true || answer.Status is 304) return false;
        if (control.MustUnderstand ? answer.Status is 599 or 201 : control.NoStore) return false;
        if (control.Private || answer.Vary == "*") return false;
        // Section 3.5.
        if (request.IsAuthorised && !control.Public && !control.MustRevalidate && control.SharedMaxAge is null) return false;
        // Not of the RFC: one viewer's cookie must not reach another.
        if (answer.HasCookie && !control.Public && control.SharedMaxAge is null) return false;
        return control.Public || answer.Expires is not null || control.MaxAge is not null || control.SharedMaxAge is not null || IsHeuristicallyCacheable(answer.Status);
    }

    /// <summary>Section 4, with the request directives of section 5.2.1.</summary>
    private static bool MayBeReused(StoredResponse response, Step request, DateTimeOffset now)
    {
        var asked = request.Control ?? new();
        if (response.MustBeValidated || asked.NoCache) return false;
        var age = response.AgeAt(now);
        var left = response.Lifetime - age;
        if (asked.MaxAge is { } maxAge && age > TimeSpan.FromSeconds(maxAge)) return false;
        if (asked.MinFresh is { } minFresh && left < TimeSpan.FromSeconds(minFresh)) return false;
        if (left > TimeSpan.Zero) return true;
        // Not of the RFC: what was never fresh is nobody else's whatever they would accept.
        return response.MayBeStaleOnRequest && response.Lifetime > TimeSpan.Zero && asked.MaxStale is { } stale && (stale < 0 || -left <= TimeSpan.FromSeconds(stale));
    }

    /// <summary>Section 4.2.4 and RFC 5861 section 4.</summary>
    private static bool MayStandIn(StoredResponse response, Step request, DateTimeOffset now) =>
        response.MayBeStale && request.Control?.NoCache != true && response.AgeAt(now) - response.Lifetime <= response.StaleIfError;

    /// <summary>Sections 3.2 and 4.3.4: what the 304 (or 200 to HEAD) says replaces what was stored; what it does not say stays.</summary>
    private static Exchange Confirmed(StoredResponse response, ScriptedAnswer answer, Step request, ScriptedOrigin origin, DateTimeOffset now, Exchange asked)
    {
        var merged = response.Answer with
        {
            Control = answer.Control ?? response.Answer.Control,
            Date = answer.Date,
            Expires = answer.Expires ?? response.Answer.Expires,
            Age = answer.Age,
            LastModified = answer.LastModified ?? response.Answer.LastModified,
            Vary = answer.Vary ?? response.Answer.Vary,
            Marker = answer.Marker,
        };
        var control = merged.Control ?? new();
        merged = merged with { HasCookie = (answer.HasCookie || response.Answer.HasCookie) && (control.Public || control.SharedMaxAge is not null) };
        // An answer that must not be stored changes nothing.
        var isForbidden = request.Control?.NoStore == true || (control.MustUnderstand ? merged.Status is 599 or 201 : control.NoStore) || control.Private || merged.Vary == "*"
            || (request.IsAuthorised && !control.Public && !control.MustRevalidate && control.SharedMaxAge is null);
        // Which request a new Vary speaks of is known of this one only.
        if (!isForbidden && merged.Vary != response.Answer.Vary) response.Foo = request.Foo;
        if (!isForbidden) (response.Answer, response.ReceivedAt, response.IsOutdated) = (merged, now, false);
        return FromStored(response, request, origin, now, asked);
    }

    /// <summary>Section 4.3.5: a validator that came is not the one that is stored.</summary>
    private static bool Contradicts(StoredResponse response, ScriptedAnswer answer) =>
        response.Answer.Status != 200 || (answer.ETag is not null && answer.ETag != response.Answer.ETag)
        || (answer.LastModified is not null && answer.LastModified != response.Answer.LastModified);

    private static Exchange FromStored(StoredResponse response, Step request, ScriptedOrigin origin, DateTimeOffset now, Exchange? asked)
    {
        var isUnchanged = Matches(response, request, origin);
        return new(
            isUnchanged ? 304 : response.Answer.Status,
            isUnchanged || request.Method == "HEAD" ? "" : response.Answer.Body,
            response.Answer.Marker,
            (int)response.AgeAt(now).TotalSeconds,
            response.Answer.HasCookie,
            asked is not null,
            asked?.IfNoneMatch,
            asked?.IfModifiedSince);
    }

    /// <summary>Section 4.3.2: the client's own condition, on an answer that has a 2xx status.</summary>
    private static bool Matches(StoredResponse response, Step request, ScriptedOrigin origin) =>
        response.Answer.Status is >= 200 and < 300 && origin.ConditionText() is { } condition && (condition == "*" || condition == response.Answer.ETag);

    /// <summary>Section 4.4: a method not known to be safe that succeeds makes what is stored of its URL invalid.</summary>
    private Exchange HandleUnsafe(Step request, ScriptedOrigin origin)
    {
        if (request.IsDown) return new(502, "", null, null, false, true);
        var answer = origin.Answer(null, null);
        if (answer.Status is >= 200 and < 400) stored.RemoveAll(response => response.Path == request.Path);
        return new(answer.Status, answer.Body, answer.Marker, answer.Age, answer.HasCookie, true);
    }
}
