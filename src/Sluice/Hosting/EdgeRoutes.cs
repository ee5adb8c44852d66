using System.Collections.Frozen;
using Sluice.Configuration;
using Sluice.Edge.Playback;
using Sluice.Edge.Routes;

namespace Sluice.Hosting;

/// <summary>Makes the edge's routes from their settings.</summary>
internal static class EdgeRoutes
{
    /// <summary>Makes one.</summary>
    /// <exception cref="SetupException">An origin cannot work.</exception>
    public static EdgeRoute From(RouteSection options, OriginFactory origins, VideoHost video, TimeProvider time)
    {
        var route = Plain(options, origins, time);
        // A redirect leaves nothing here to make variants of.
        if (options is not { Video.Enabled: true, Redirect: false, Cache: true }) return route;
        var lifetimes = video.Lifetimes;
        // Where there are HTTP servers no ttl can be set.
        var source = options.Origins.Exists(origin => origin.Url is not null) ? route.Policy.DefaultLifetime ?? route.Policy.Ok : route.Policy.Ok;
        return route with
        {
            Transform = video.For(options, route.Origins),
            VariantPolicy = route.Policy with
            {
                // Checking a variant is checking its source, and is no longer put off than for the source itself.
                Ok = lifetimes.Ok < source ? lifetimes.Ok : source,
                Redirect = lifetimes.Redirects,
                ClientError = lifetimes.ClientError,
                ServerError = lifetimes.ServerError,
                Renewal = video.Renewal,
            },
        };
    }

    /// <summary>Which parameters of a query tell objects of a route apart.</summary>
    public static QueryRule QueryOf(RouteSection options) => new(options.ExcludeQuery, options.IncludeQuery is [] ? null : options.IncludeQuery);

    private static EdgeRoute Plain(RouteSection options, OriginFactory origins, TimeProvider time) => new()
    {
        Name = options.Name!,
        Pattern = options.Pattern,
        Origins = options.Redirect ? [origins.CreateRedirect(options.Origins.First(o => o.S3 is not null))] : [.. options.Origins.Select((origin, i) => origins.Create(origin, isFallback: i > 0))],
        Playback = options.PlaybackKey is { } key ? new PlaybackTokens(key, options.PlaybackLifetime, time) : null,
        Circuit = (options.Circuit.Failures ?? (options.Origins.Count > 1 ? 5 : 0)) is > 0 and var failures
            ? new CircuitOptions { Failures = failures, Window = options.Circuit.Window, Pause = options.Circuit.Pause }
            : null,
        Policy = new RoutePolicy
        {
            Ok = options.Ttl.Ok,
            Redirect = options.Ttl.Redirect,
            ClientError = options.Ttl.ClientError,
            ServerError = options.Ttl.ServerError,
            ByExtension = options.Ttl.ByExtension.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase),
            StaleWhileRevalidate = options.StaleWhileRevalidate,
            StaleIfError = options.StaleIfError,
            AllowOrigin = options.AllowOrigin,
            CompressManifests = options.CompressManifests,
            DefaultLifetime = options.DefaultLifetime,
            StoreSetCookie = options.StoreSetCookie,
            Stores = options.Cache,
            IgnoresRequestDirectives = options.IgnoreClientCacheControl,
            Query = QueryOf(options),
            Prefetch = options.Prefetch,
        },
    };
}
