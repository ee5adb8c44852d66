using Sluice.Core.Freshness;
using Sluice.Core.Objects;
using Sluice.Core.Origins;
using Sluice.Edge.Fields;
using Sluice.Edge.Routes;

namespace Sluice.Edge.Freshness;

/// <summary>Decides whether an answer is stored and how long it is fresh (RFC 9111 section 3; rows TTL-01 to TTL-04, EDG-04, EDG-05).</summary>
internal static class StorePolicy
{
    private static readonly TimeSpan FolderStaleWhileRevalidate = TimeSpan.FromSeconds(60);

    public static StoreDecision Decide(FetchContext context, OriginResponse response, long? length, DateTimeOffset receivedAt)
    {
        var rules = CacheRules.Read(response.Headers);
        if (context.CacheControl.Has(CacheDirectives.NoStore)) return StoreDecision.Refuse("request no-store");
        if (rules.ForbidsStoring(response.Status) is { } reason) return StoreDecision.Refuse(reason);
        if (context.Headers.Contains("Authorization") && !rules.AllowsSharedUseOfAuthorised) return StoreDecision.Refuse("authorization");
        if (response.Headers.Contains("Set-Cookie") && !rules.IsExplicitlyShared) return StoreDecision.Refuse("set-cookie");
        if (VarySelection.Read(response.Headers, name => VarySelection.Normalise(name, Lines(context.Headers, name))) is not { } vary) return StoreDecision.Refuse("vary *");

        var version = response.Version with { Length = length };
        var freshness = context.Route.HasOwnPolicy && !rules.HasExplicitFreshness
            ? FromRoute(context, response.Status, receivedAt)
            : FromHeaders(context, rules, response, receivedAt);
        if (freshness is null) return StoreDecision.Refuse("no freshness");
        if ((freshness.AlwaysRevalidate || freshness.Lifetime <= TimeSpan.Zero) && freshness.StaleWhileRevalidate <= TimeSpan.Zero
            && version.ETag is null && version.LastModified is null && response.Headers.First("Date") is null)
            return StoreDecision.Refuse("no validator");
        return new(new ObjectMetadata
        {
            Status = response.Status == 206 ? 200 : response.Status,
            Headers = StoredHeaders(context, rules, response.Headers, response.Status, receivedAt),
            Version = version,
            Freshness = freshness,
            Vary = vary,
            Tags = ObjectTags.Read(response.Headers),
            Source = context.Path,
        }, "");
    }

    /// <summary>The lifetimes of a refreshed object, from its merged headers.</summary>
    public static ObjectFreshness? Freshness(FetchContext context, OriginResponse merged, DateTimeOffset receivedAt)
    {
        var rules = CacheRules.Read(merged.Headers);
        return context.Route.HasOwnPolicy && !rules.HasExplicitFreshness
            ? FromRoute(context, merged.Status, receivedAt)
            : FromHeaders(context, rules, merged, receivedAt);
    }

    /// <summary>The lifetime a route gives to an answer whose origin has no policy.</summary>
    public static ExtensionPolicy RouteLifetime(RoutePolicy policy, string path, int status)
    {
        var slash = path.LastIndexOf('/');
        var dot = path.LastIndexOf('.');
        if (status < 300 && dot > slash && policy.ByExtension.TryGetValue(path[dot..], out var kind)) return kind;
        return new(status switch { < 300 => policy.Ok, < 400 => policy.Redirect, < 500 => policy.ClientError, _ => policy.ServerError });
    }

    private static ObjectFreshness FromRoute(FetchContext context, int status, DateTimeOffset receivedAt)
    {
        var policy = context.Route.Policy;
        var isGood = status < 400;
        return new ObjectFreshness
        {
            ReceivedAt = receivedAt,
            Lifetime = RouteLifetime(policy, context.Path, status).Lifetime,
            StaleWhileRevalidate = isGood ? policy.StaleWhileRevalidate ?? FolderStaleWhileRevalidate : TimeSpan.Zero,
            StaleIfError = isGood ? policy.StaleIfError : TimeSpan.Zero,
        };
    }

    private static ObjectFreshness? FromHeaders(FetchContext context, CacheRules rules, OriginResponse response, DateTimeOffset receivedAt)
    {
        var policy = context.Route.Policy;
        var date = HttpDate.TryParse(response.Headers.First("Date"), receivedAt, out var parsed) ? parsed : receivedAt;
        var lifetime = rules.ExplicitLifetime(date, receivedAt) ?? rules.HeuristicLifetime(response.Status, date) ?? policy.DefaultLifetime;
        // Storable only where the status or a directive says so (RFC 9111 section 3).
        if (lifetime is null && !rules.IsCacheableByDefault(response.Status)) return null;
        var isGood = response.Status < 400;
        var staleIfError = rules.Control.StaleIfError is { } seconds ? TimeSpan.FromSeconds(seconds)
            : isGood && lifetime > TimeSpan.Zero ? policy.StaleIfError : TimeSpan.Zero;
        AgeField.Read(response.Headers, out var age);
        var apparent = receivedAt - date;
        var corrected = TimeSpan.FromSeconds(age) + (receivedAt - context.SentAt);
        return new ObjectFreshness
        {
            ReceivedAt = receivedAt,
            InitialAge = apparent > corrected ? apparent : corrected,
            Lifetime = lifetime ?? TimeSpan.Zero,
            StaleWhileRevalidate = rules.Control.StaleWhileRevalidate is { } window ? TimeSpan.FromSeconds(window) : policy.StaleWhileRevalidate ?? TimeSpan.Zero,
            StaleIfError = staleIfError,
            AlwaysRevalidate = rules.Control.Has(CacheDirectives.NoCache),
            NeverStale = rules.ForbidsStale,
        };
    }

    private static HeaderList StoredHeaders(FetchContext context, CacheRules rules, HeaderList headers, int status, DateTimeOffset receivedAt)
    {
        var stored = new HeaderList(headers.Where(line => !IsPerReply(line.Key, status) && !rules.Excludes(line.Key)));
        if (!stored.Contains("Date")) stored.Add("Date", HttpDate.Format(receivedAt));
        if (context.Route.HasOwnPolicy)
        {
            if (!rules.HasExplicitFreshness && !stored.Contains("Cache-Control"))
            {
                var kind = RouteLifetime(context.Route.Policy, context.Path, status);
                stored.Add("Cache-Control", $"public, max-age={(long)kind.Lifetime.TotalSeconds}{(kind.Immutable && status < 300 ? ", immutable" : "")}");
            }
        }

        return stored;
    }

    /// <summary>Fields that are made anew for each reply.</summary>
    private static bool IsPerReply(string name, int status) =>
        name.Equals("Age", StringComparison.OrdinalIgnoreCase) || name.Equals("Content-Length", StringComparison.OrdinalIgnoreCase)
        || (status == 206 && name.Equals("Content-Range", StringComparison.OrdinalIgnoreCase)) || name.Equals("Accept-Ranges", StringComparison.OrdinalIgnoreCase);

    private static Microsoft.Extensions.Primitives.StringValues Lines(HeaderList headers, string name) =>
        headers.Where(line => line.Key.Equals(name, StringComparison.OrdinalIgnoreCase)).Select(line => line.Value).ToArray();
}
