using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Sluice.Core.Objects;
using Sluice.Edge.Freshness;
using Sluice.Edge.Playback;
using Sluice.Edge.Requests;
using Sluice.Edge.Serving;
using Sluice.Edge.Variants;

namespace Sluice.Edge.Explain;

/// <summary>Answers "why was this a miss?": the same look-up and the same freshness code as a request, without making one.</summary>
public sealed class EdgeExplainer(SluiceEdge edge, TimeProvider time)
{
    /// <summary>Explains a path with its query, or a whole URL of the edge.</summary>
    public Explanation Explain(string url)
    {
        if (!RequestTarget.TryParse(url, out var target, out var reason))
            return new Explanation { Target = url, Next = "refused", Why = $"The target is malformed: {reason}." };
        if (edge.Routes.Match(target.Path) is not { } route)
            return new Explanation { Target = target.Text, Next = "refused", Why = "No route is configured for this path." };
        var refusal = PrivateRoute.WhyRefused(route, target);
        target = PrivateRoute.SharedPart(route, target);
        // A query may ask for a variant, which is stored under a key of its own.
        if (VariantNames.Of(route, target, out var decision) is not { } asked)
            return decision!.Status < 400
                ? new Explanation { Target = target.Text, Route = route.Route.Name, Next = "bypass", Why = "This server answers it by itself, without what is stored." }
                : new Explanation { Target = target.Text, Route = route.Route.Name, Next = "refused", Why = $"It is answered with {decision.Status} at once: {Encoding.UTF8.GetString(decision.Body)}" };
        var key = asked.Route.Scope.KeyOf(asked.Target);
        var now = time.GetUtcNow();
        var (next, why) = refusal is not null ? ("refused", $"A viewer with this token gets 403: {refusal}") : Next(asked, now);
        return new Explanation
        {
            Target = target.Text,
            Route = asked.Route.Route.Name,
            Origin = asked.Route.Origin.Name,
            Key = key,
            KeyHash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key))),
            Stored = [.. asked.Route.Scope.FindStored(asked.Target).Select(stored => Describe(stored, now))],
            Next = next,
            Why = why,
        };
    }

    private static (string Next, string Why) Next(Asked asked, DateTimeOffset now)
    {
        if (asked.Route.Scope.FindStored(asked.Target).Length == 0) return ("miss", "Nothing is stored under this key: never asked for, evicted, purged, or not storable.");
        var request = new HeaderDictionary();
        if (asked.Find(request) is not { } stored) return ("miss", "What is stored varies by request fields that a plain request does not send.");
        if (!asked.IsUsable(stored)) return ("miss", asked.Variant is null ? "Part of the stored body is gone, and without a strong ETag it cannot be asked for by range." : "Part of the stored body is gone: it is made anew.");
        var freshness = stored.Metadata.Freshness;
        var past = (long)-freshness.RemainingAt(now).TotalSeconds;
        return asked.Judge(stored, request, now) switch
        {
            Reuse.Fresh when stored.Metadata.Length is { } length && !stored.Holds(0, length) =>
                ("miss", "It is fresh, but some of its bytes are not held: those are fetched, the rest comes from the cache."),
            Reuse.Fresh => ("hit", $"It is fresh for {-past} s more."),
            Reuse.StaleWhileRevalidate => ("stale", $"Its lifetime ended {past} s ago; within stale-while-revalidate it is served while it is refreshed."),
            _ when freshness.AlwaysRevalidate => ("revalidated", "The origin said no-cache: it is asked each time."),
            _ when freshness.RemainingAt(now) > TimeSpan.Zero => ("revalidated", "Its source is stored in another version, or it would be made otherwise now: it is made anew."),
            _ => ("revalidated", $"Its lifetime ended {past} s ago: the origin is asked whether it still holds."),
        };
    }

    private static StoredExplanation Describe(CachedObject stored, DateTimeOffset now)
    {
        var metadata = stored.Metadata;
        var freshness = metadata.Freshness;
        return new StoredExplanation
        {
            Status = metadata.Status,
            ETag = metadata.Version.ETag,
            Length = metadata.Length,
            MemoryBytes = stored.MemoryBytes,
            DiskBytes = stored.DiskBytes,
            IsFilling = stored.IsFilling,
            AgeSeconds = (long)freshness.AgeAt(now).TotalSeconds,
            LifetimeSeconds = (long)freshness.Lifetime.TotalSeconds,
            FreshForSeconds = (long)freshness.RemainingAt(now).TotalSeconds,
            StaleWhileRevalidateSeconds = (long)freshness.StaleWhileRevalidate.TotalSeconds,
            StaleIfErrorSeconds = (long)freshness.StaleIfError.TotalSeconds,
            Tags = metadata.Tags,
            Vary = [.. metadata.Vary.Select(field => $"{field.Key}: {field.Value ?? "(absent)"}")],
        };
    }
}
