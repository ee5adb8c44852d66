using Sluice.Edge.Routes;

namespace Sluice.Configuration;

internal static partial class SettingTree
{
    internal static SettingGroup<RouteSection> Route => new(() => new RouteSection(),
        new ValueSetting<RouteSection, string?>("name", ValueKinds.OptionalText, o => o.Name, (o, v) => o.Name = v,
            "A short unique name for logs and metrics.") { DefaultText = "route and its number" },
        new ValueSetting<RouteSection, string>("pattern", ValueKinds.Text, o => o.Pattern, (o, v) => o.Pattern = v,
            "Which paths: one path (/robots.txt), or a pattern (/hls/*, *.m3u8, /videos/*/master.m3u8) in which * stands for any characters and ? for one that is not a slash. /* takes everything.")
        {
            Check = v => PathPattern.IsValid(v) ? null : ($"\"{v}\" is not a path pattern", "write a path such as /robots.txt, a prefix such as /hls/* or an ending such as *.m3u8"),
        },
        new ListSetting<RouteSection, OriginSection>("origins", Origin, o => o.Origins,
            "Where the bytes come from, by priority: the next origin is asked when one answers 404 or 5xx, or not at all. An origin may be written as one text, as on the command line.")
        {
            Short = OriginText.Parse,
            Advice = OriginText.Advice,
        },
        new SectionSetting<RouteSection, TtlSection>("ttl", Ttl, o => o.Ttl, "How long answers of folders and buckets are fresh. An HTTP origin's own headers rule."),
        new ValueSetting<RouteSection, TimeSpan?>("staleWhileRevalidate", ValueKinds.OptionalTime, o => o.StaleWhileRevalidate, (o, v) => o.StaleWhileRevalidate = v,
            "How long beyond its lifetime an object is still served while it is checked in the background. Nothing to answers of HTTP origins that name no lifetime, unless defaultLifetime gives them one.") { DefaultText = "1m for folders and buckets, none for HTTP origins" },
        new ValueSetting<RouteSection, TimeSpan>("staleIfError", ValueKinds.Time, o => o.StaleIfError, (o, v) => o.StaleIfError = v,
            "How long beyond its lifetime an object is still served when the origin fails."),
        new ValueSetting<RouteSection, string?>("allowOrigin", ValueKinds.OptionalText, o => o.AllowOrigin, (o, v) => o.AllowOrigin = v,
            "Access-Control-Allow-Origin of what folders and buckets hold, so that players on other sites may fetch; off adds none. An HTTP server says for itself who may."),
        new ValueSetting<RouteSection, bool>("compressManifests", ValueKinds.Switch, o => o.CompressManifests, (o, v) => o.CompressManifests = v,
            "Compress manifests (.m3u8, .mpd, .vtt) for clients that take it."),
        new ValueSetting<RouteSection, bool>("redirect", ValueKinds.Switch, o => o.Redirect, (o, v) => o.Redirect = v,
            "Answer with a redirect to a presigned URL of the first bucket instead of serving through the cache: for large files that few ask for."),
        new ValueSetting<RouteSection, TimeSpan?>("defaultLifetime", ValueKinds.OptionalTime, o => o.DefaultLifetime, (o, v) => o.DefaultLifetime = v,
            "For HTTP origins: lifetime of a cacheable answer that names none; of an error, such as 404, a minute at most.") { DefaultText = "a tenth of its age (RFC 9111 section 4.2.2)" },
        new ValueSetting<RouteSection, bool>("storeSetCookie", ValueKinds.Switch, o => o.StoreSetCookie, (o, v) => o.StoreSetCookie = v,
            "Store answers with Set-Cookie even where they do not say public, s-maxage or CDN-Cache-Control: every viewer then gets the first one's cookie."),
        new ValueSetting<RouteSection, bool>("cache", ValueKinds.Switch, o => o.Cache, (o, v) => o.Cache = v,
            "For HTTP origins: false passes every request on and keeps nothing."),
        new ValueSetting<RouteSection, bool>("ignoreClientCacheControl", ValueKinds.Switch, o => o.IgnoreClientCacheControl, (o, v) => o.IgnoreClientCacheControl = v,
            "Take no notice of Cache-Control in requests, but for only-if-cached: who says no-cache gets what is stored, as from nginx or Varnish, and cannot have the origin asked."),
        new ValueSetting<RouteSection, IReadOnlyList<string>>("excludeQuery", ValueKinds.Texts, o => o.ExcludeQuery, (o, v) => o.ExcludeQuery = v,
            "Parameters of a query that tell no objects apart, such as \"CMCD, utm_*\"; * for all. A request is served as though it had come without them, and the origin is not told them. Where those of docs/video.md ask for a variant, they count in any case. A list of your own takes the place of CMCD.") { Check = CheckParameters },
        new ValueSetting<RouteSection, IReadOnlyList<string>>("includeQuery", ValueKinds.Texts, o => o.IncludeQuery, (o, v) => o.IncludeQuery = v,
            "The only parameters that tell objects apart, such as v; * for all. Those of excludeQuery do not even so.") { Check = CheckParameters, DefaultText = "*" },
        new ValueSetting<RouteSection, int>("prefetch", ValueKinds.Number, o => o.Prefetch, (o, v) => o.Prefetch = v,
            "How many segments (seg_001.ts, seg_002.ts, …) or parts of a file are fetched ahead of a viewer who asks for one after another, up to 32 MB each, so that the next one is here when it is asked for; 0 for none, at most 16.")
        {
            Check = v => v <= RoutePolicy.MaximumPrefetch ? null : ($"{v} is too many", $"write a number from 0 to {RoutePolicy.MaximumPrefetch}"),
        },
        new ValueSetting<RouteSection, TimeSpan?>("connectTimeout", ValueKinds.OptionalTime, o => o.ConnectTimeout, (o, v) => o.ConnectTimeout = v, "As an origin's, for those of the route's that say none.") { DefaultText = "the origin's" },
        new ValueSetting<RouteSection, TimeSpan?>("responseTimeout", ValueKinds.OptionalTime, o => o.ResponseTimeout, (o, v) => o.ResponseTimeout = v, "As an origin's, for those of the route's that say none. After it, the next origin is asked.") { DefaultText = "the origin's" },
        new ValueSetting<RouteSection, TimeSpan?>("idleTimeout", ValueKinds.OptionalTime, o => o.IdleTimeout, (o, v) => o.IdleTimeout = v, "As an origin's, for those of the route's that say none.") { DefaultText = "the origin's" },
        new ValueSetting<RouteSection, string?>("playbackKey", ValueKinds.OptionalText, o => o.PlaybackKey, (o, v) => o.PlaybackKey = v,
            "Makes the route private: only requests with a token signed by this key are answered (POST /v1/playback makes them), and manifests are rewritten to carry it to their segments. The same on every server.") { Secret = true, Check = CheckToken },
        new ValueSetting<RouteSection, TimeSpan>("playbackLifetime", ValueKinds.Time, o => o.PlaybackLifetime, (o, v) => o.PlaybackLifetime = v,
            "How long a token of a private route is good; at least as long as what is watched.") { Check = CheckNotZero },
        new SectionSetting<RouteSection, RouteVideoSection>("video", RouteVideo, o => o.Video, "Variants of videos, asked for in the query of their URLs (docs/video.md)."),
        new SectionSetting<RouteSection, CircuitSection>("circuit", Circuit, o => o.Circuit, "When an origin that fails is left alone, so that viewers need not wait for it."));

    private static SettingGroup<CircuitSection> Circuit => new(() => new CircuitSection(),
        new ValueSetting<CircuitSection, int?>("failures", ValueKinds.OptionalNumber, o => o.Failures, (o, v) => o.Failures = v,
            "So many failures (no answer, or 500, 502, 503, 504) within the window, if they are at least half of the answers, and the origin is not asked for a while; 0 for never.") { DefaultText = "5 in a route with several origins, else 0" },
        new ValueSetting<CircuitSection, TimeSpan>("window", ValueKinds.Time, o => o.Window, (o, v) => o.Window = v, "How long a failure counts.") { Check = CheckNotZero },
        new ValueSetting<CircuitSection, TimeSpan>("pause", ValueKinds.Time, o => o.Pause, (o, v) => o.Pause = v, "How long the origin is not asked, before one request tries it again.") { Check = CheckNotZero });

    private static SettingGroup<TtlSection> Ttl => new(() => new TtlSection(),
        new ValueSetting<TtlSection, TimeSpan>("ok", ValueKinds.Time, o => o.Ok, (o, v) => o.Ok = v, "Lifetime of 2xx answers."),
        new ValueSetting<TtlSection, TimeSpan>("redirect", ValueKinds.Time, o => o.Redirect, (o, v) => o.Redirect = v, "Lifetime of 3xx answers."),
        new ValueSetting<TtlSection, TimeSpan>("clientError", ValueKinds.Time, o => o.ClientError, (o, v) => o.ClientError = v, "Lifetime of 4xx answers."),
        new ValueSetting<TtlSection, TimeSpan>("serverError", ValueKinds.Time, o => o.ServerError, (o, v) => o.ServerError = v, "Lifetime of 5xx answers; an error never replaces a good object."),
        new MapSetting<TtlSection, ExtensionPolicy>("byExtension", ValueKinds.Lifetime, o => o.ByExtension, "Lifetime of 2xx answers by extension, before ok. What is written adds to the defaults.")
        {
            CheckName = name => name.Length > 1 && name[0] == '.' && !name.Contains('/', StringComparison.Ordinal) ? null : ("is not an extension", "write it with its dot, such as .mp4"),
        });

    private static SettingGroup<OriginSection> Origin => new(() => new OriginSection(),
        new ValueSetting<OriginSection, string?>("folder", ValueKinds.Path!, o => o.Folder, (o, v) => o.Folder = v, "A folder on this machine."),
        new ValueSetting<OriginSection, string?>("url", ValueKinds.OriginUrl, o => o.Url, (o, v) => o.Url = v, "An HTTP server, with a path prefix if wanted."),
        new SectionSetting<OriginSection, S3Section>("s3", Bucket, o => o.S3!, "A bucket. Keys come from the AWS_* variables, a profile or the machine's role, never from here.")
        {
            Written = o => o.S3 ??= new S3Section(),
        },
        new ValueSetting<OriginSection, string?>("host", ValueKinds.OptionalText, o => o.Host, (o, v) => o.Host = v, "For a URL: the Host field to send.") { DefaultText = "the URL's" },
        new MapSetting<OriginSection, string>("headers", ValueKinds.Text, o => o.Headers, "For a URL: fields to send with every request in place of the client's, such as a key. Never shown.")
        {
            Secret = true,
            CheckName = _ => null,
        },
        new ValueSetting<OriginSection, TimeSpan?>("connectTimeout", ValueKinds.OptionalTime, o => o.ConnectTimeout, (o, v) => o.ConnectTimeout = v, "For a URL or bucket: how long connecting may take.") { DefaultText = "5s" },
        new ValueSetting<OriginSection, TimeSpan?>("responseTimeout", ValueKinds.OptionalTime, o => o.ResponseTimeout, (o, v) => o.ResponseTimeout = v, "For a URL or bucket: how long the head of an answer may take.") { DefaultText = "1m for a URL, 30s for a bucket" },
        new ValueSetting<OriginSection, TimeSpan?>("idleTimeout", ValueKinds.OptionalTime, o => o.IdleTimeout, (o, v) => o.IdleTimeout = v, "For a URL or bucket: how long a body may pause.") { DefaultText = "1m for a URL, 30s for a bucket" },
        new ValueSetting<OriginSection, int>("maxConnections", ValueKinds.Count, o => o.MaxConnections, (o, v) => o.MaxConnections = v, "For a URL: how many connections to it are open at once. A request beyond them waits for one, within responseTimeout."));

    public const string PathStyle = "true: the bucket is in the path; false: in the host name, as some servers demand, such as Alibaba OSS and Tencent COS.";
    public const string PathStyleDefault = "as the profile's addressing_style, else true with an endpoint or a bucket name with dots";

    private static SettingGroup<S3Section> Bucket => new(() => new S3Section(),
        new ValueSetting<S3Section, string>("bucket", ValueKinds.Text, o => o.Bucket, (o, v) => o.Bucket = v, "Its name."),
        new ValueSetting<S3Section, string>("prefix", ValueKinds.Text, o => o.Prefix, (o, v) => o.Prefix = v, "What every key begins with; it is not part of the edge's paths."),
        new ValueSetting<S3Section, Uri?>("endpoint", ValueKinds.OptionalUrl, o => o.Endpoint, (o, v) => o.Endpoint = v, "URL of an S3-compatible server. On the command line it belongs to ORIGIN.") { Flag = "--endpoint", DefaultText = "AWS" },
        new ValueSetting<S3Section, string?>("region", ValueKinds.OptionalText, o => o.Region, (o, v) => o.Region = v, "Region to sign for.") { Flag = "--region", DefaultText = "from the AWS chain" },
        new ValueSetting<S3Section, string?>("profile", ValueKinds.OptionalText, o => o.Profile, (o, v) => o.Profile = v, "Profile in the AWS configuration files.") { Flag = "--profile", DefaultText = "from the AWS chain" },
        new ValueSetting<S3Section, string?>("accessKeyVariable", ValueKinds.OptionalText, o => o.AccessKeyVariable, (o, v) => o.AccessKeyVariable = v, "Environment variable with the access key, for a bucket with keys of its own.") { DefaultText = "AWS_ACCESS_KEY_ID, first in the AWS chain" },
        new ValueSetting<S3Section, string?>("secretKeyVariable", ValueKinds.OptionalText, o => o.SecretKeyVariable, (o, v) => o.SecretKeyVariable = v, "Environment variable with the secret key; goes with accessKeyVariable.") { DefaultText = "AWS_SECRET_ACCESS_KEY" },
        new ValueSetting<S3Section, string?>("sessionTokenVariable", ValueKinds.OptionalText, o => o.SessionTokenVariable, (o, v) => o.SessionTokenVariable = v, "Environment variable with the session token of temporary keys; need not be set.") { DefaultText = "none beside accessKeyVariable" },
        new ValueSetting<S3Section, bool>("anonymous", ValueKinds.Switch, o => o.Anonymous, (o, v) => o.Anonymous = v, "Send no signature and look for no keys: for public buckets. Happens by itself when no keys are found."),
        new ValueSetting<S3Section, bool>("requesterPays", ValueKinds.Switch, o => o.RequesterPays, (o, v) => o.RequesterPays = v, "Agree in each request and presigned URL to pay for it, without which a bucket with \"requester pays\" denies it."),
        new ValueSetting<S3Section, bool>("presigned", ValueKinds.Switch, o => o.Presigned, (o, v) => o.Presigned = v, "Fetch by presigned URLs out of the cache of URLs, instead of signing each request in its header."),
        new ValueSetting<S3Section, bool?>("pathStyle", ValueKinds.OptionalSwitch, o => o.PathStyle, (o, v) => o.PathStyle = v, PathStyle) { Flag = "--path-style", DefaultText = PathStyleDefault });

    private static (string Problem, string Remedy)? CheckParameters(IReadOnlyList<string> names) => names.FirstOrDefault(name => !QueryRule.IsName(name)) is { } wrong
        ? ($"\"{wrong}\" is no name of a parameter", "write it as in the query, without = and its value, such as v; a last * stands for any further characters, as in utm_*")
        : null;

    // Timers hold seven weeks.
    private static (string Problem, string Remedy)? CheckWait(TimeSpan time) => time > TimeSpan.Zero && time <= TimeSpan.FromDays(7) ? null : ("is not a time from 1ms to 7d", "write one such as 10s");

    private static (string Problem, string Remedy)? CheckNotZero(TimeSpan time) => time > TimeSpan.Zero ? null : ("is no time at all", "write one such as 10s");
}
