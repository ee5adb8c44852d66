using Sluice.Video.Derivatives;
using Sluice.Video.Planning;
using Sluice.Video.Responsive;

namespace Sluice.Configuration;

internal static partial class SettingTree
{
    private static SettingGroup<RouteVideoSection> RouteVideo => new(() => new RouteVideoSection(),
        new ValueSetting<RouteVideoSection, bool>("enabled", ValueKinds.Switch, o => o.Enabled, (o, v) => o.Enabled = v,
            "Whether variants are made; false: a query is part of an object's name, as everywhere else."),
        new ValueSetting<RouteVideoSection, bool>("derivativesOnly", ValueKinds.Switch, o => o.DerivativesOnly, (o, v) => o.DerivativesOnly = v,
            "Only derivatives by name (?derivative=mobile); other options are refused."),
        new ValueSetting<RouteVideoSection, IReadOnlyList<string>>("parameters", ValueKinds.Texts, o => o.Parameters, (o, v) => o.Parameters = v,
            "The parameters allowed, by their long names (width, height, format …); others are refused.") { DefaultText = "all" },
        new ValueSetting<RouteVideoSection, IReadOnlyList<string>>("signingKeys", ValueKinds.Texts, o => o.SigningKeys, (o, v) => o.SigningKeys = v,
            "Keys of signed URLs, each written NAME:SECRET with 16 characters of secret or more; with any, a request for a variant needs a signature. The first signs, the others are good until they are taken out.")
        {
            Secret = true,
            Check = CheckSigningKeys,
        },
        new ValueSetting<RouteVideoSection, int>("maximumDimension", ValueKinds.Count, o => o.MaximumDimension, (o, v) => o.MaximumDimension = v,
            "Widest and highest a variant may be, in pixels: 100 to 2000."),
        new ValueSetting<RouteVideoSection, int>("sizeStep", ValueKinds.Count, o => o.SizeStep, (o, v) => o.SizeStep = v,
            "Widths and heights are rounded to a multiple of this: even, 2 to 100. A larger step bounds how many variants strangers can ask for."),
        new ValueSetting<RouteVideoSection, bool>("fallBackOnError", ValueKinds.Switch, o => o.FallBackOnError, (o, v) => o.FallBackOnError = v,
            "Send the original where a variant cannot be made, marked X-Fallback-Applied; false: the error."),
        new ValueSetting<RouteVideoSection, IReadOnlyList<string>>("debugFrom", ValueKinds.Texts, o => o.DebugFrom, (o, v) => o.DebugFrom = v,
            "Addresses and networks whose clients may use debug, nocache, bypass and no-kv-cache.") { Check = NetworkText.Check, DefaultText = "this machine" },
        new ValueSetting<RouteVideoSection, ResponsiveChoice>("responsive", VideoKinds.Responsive, o => o.Responsive, (o, v) => o.Responsive = v,
            "When a size is chosen for the device: never; asked, by imwidth, width=auto, quality=auto, device or network; always, for every URL that names neither sizes nor a derivative."),
        new ValueSetting<RouteVideoSection, IReadOnlyList<string>>("modes", ValueKinds.Texts, o => o.Modes, (o, v) => o.Modes = v, "Which modes there are: video, frame, spritesheet, audio, hls.") { Check = CheckModes },
        new ValueSetting<RouteVideoSection, TimeSpan>("maximumDuration", ValueKinds.Time, o => o.MaximumDuration, (o, v) => o.MaximumDuration = v,
            "A duration asked for beyond this is cut to it: 1s to 300s."));

    private static SettingGroup<VideoSection> Video => new(() => new VideoSection(),
        new ValueSetting<VideoSection, int>("running", ValueKinds.Count, o => o.Running, (o, v) => o.Running = v, "How many variants are made at once.") { DefaultText = "half the processors", Check = CheckPositive },
        new ValueSetting<VideoSection, int>("waiting", ValueKinds.Count, o => o.Waiting, (o, v) => o.Waiting = v, "How many wait for their turn; one more is answered 503 with Retry-After."),
        new ValueSetting<VideoSection, TimeSpan>("patience", ValueKinds.Time, o => o.Patience, (o, v) => o.Patience = v, "How long one waits for its turn before it is answered 503.") { Check = CheckWait },
        new ValueSetting<VideoSection, TimeSpan>("time", ValueKinds.Time, o => o.Time, (o, v) => o.Time = v, "How long making one may take.") { Check = CheckWait },
        new ValueSetting<VideoSection, long>("memory", ValueKinds.Size, o => o.Memory, (o, v) => o.Memory = v, "Memory of one ffmpeg."),
        new ValueSetting<VideoSection, int>("threads", ValueKinds.Count, o => o.Threads, (o, v) => o.Threads = v, "Threads of one ffmpeg, for each of decoding, filtering and encoding.") { DefaultText = "2", Check = CheckPositive },
        new ValueSetting<VideoSection, long>("output", ValueKinds.Size, o => o.Output, (o, v) => o.Output = v, "Bytes a variant may have."),
        new ValueSetting<VideoSection, long>("source", ValueKinds.Size, o => o.Source, (o, v) => o.Source = v, "Bytes a source may have; 0 for any."),
        new ValueSetting<VideoSection, int>("sourcePixels", ValueKinds.Count, o => o.SourcePixels, (o, v) => o.SourcePixels = v, "Pixels a source's picture may have.") { Check = CheckPositive },
        new MapSetting<VideoSection, Derivative>("derivatives", VideoKinds.Derivative, o => o.Derivatives, "Derivatives by name, each written like the query it stands for. What is written adds to the defaults, or replaces the one of its name.")
        {
            CheckName = name => PolicyRules.IsDerivativeName(name) ? null : ("cannot name a derivative", "use letters a to z, digits, hyphens and underscores; original and auto have a meaning of their own"),
            Explain = text => DerivativeText.TryParse(text, out _, out var problem) ? "" : problem.TrimEnd('.'),
        },
        new MapSetting<VideoSection, int>("breakpoints", VideoKinds.Width, o => o.Breakpoints, "Up to which width each derivative is chosen for a device; any for the widest, 0 to take one out. What is written adds to the defaults.")
        {
            CheckName = _ => null,
        },
        new ValueSetting<VideoSection, IReadOnlyList<string>>("webmAgents", ValueKinds.Texts, o => o.WebmAgents, (o, v) => o.WebmAgents = v,
            "For format=auto: regular expressions of User-Agent fields that play WebM, where Accept does not say.") { Check = CheckPatterns },
        new ValueSetting<VideoSection, IReadOnlyList<string>>("webmAgentsExcept", ValueKinds.Texts, o => o.WebmAgentsExcept, (o, v) => o.WebmAgentsExcept = v,
            "Those of them that do not.") { Check = CheckPatterns },
        new ValueSetting<VideoSection, string?>("shortTags", ValueKinds.OptionalText, o => o.ShortTags, (o, v) => o.ShortTags = v,
            "Give variants short tags as well (p-, d-, f-, m-, t-, c-, r-, i-), with this before each, such as vp-.") { DefaultText = "off" },
        new ValueSetting<VideoSection, bool>("enableKVCache", ValueKinds.Switch, o => o.EnableKvCache, (o, v) => o.EnableKvCache = v,
            "Whether stored variants are answered from disk; false: from memory only, and made anew when they have left it.") { Alias = "CACHE_ENABLE_KV" },
        new ValueSetting<VideoSection, string>("kvNamespace", ValueKinds.Text, o => o.KvNamespace, (o, v) => o.KvNamespace = v,
            "Name of the namespace that variants are kept in. Under another name they are made anew; those of the old one go as they age.")
        {
            Check = v => v.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-' or '.') ? null : ("has other characters than letters, digits, _, - and .", "write a name such as VIDEO_TRANSFORMATIONS_CACHE"),
        },
        new ValueSetting<VideoSection, long>("kvMaximum", ValueKinds.Size, o => o.KvMaximum, (o, v) => o.KvMaximum = v,
            "Bytes that stored variants may hold together; beyond it the least used go, of those equally used the oldest, down to nine tenths of it. 0: as much as the cache has room for."),
        new SectionSetting<VideoSection, KvTtlSection>("kvTtl", KvTtl, o => o.KvTtl, "How long answers for variants are used unasked. A variant whose source changes is made anew before that."));

    private static SettingGroup<KvTtlSection> KvTtl => new(() => new KvTtlSection(),
        new ValueSetting<KvTtlSection, TimeSpan>("ok", ValueKinds.Time, o => o.Ok, (o, v) => o.Ok = v, "Variants; no longer than the route's ttl.ok, or defaultLifetime where HTTP servers are among its origins, nor than their source is fresh where its origin or byExtension says so, since checking a variant is checking its source.") { Alias = "CACHE_KV_TTL_OK" },
        new ValueSetting<KvTtlSection, TimeSpan>("redirects", ValueKinds.Time, o => o.Redirects, (o, v) => o.Redirects = v, "3xx answers.") { Alias = "CACHE_KV_TTL_REDIRECTS" },
        new ValueSetting<KvTtlSection, TimeSpan>("clientError", ValueKinds.Time, o => o.ClientError, (o, v) => o.ClientError = v, "4xx answers.") { Alias = "CACHE_KV_TTL_CLIENT_ERROR" },
        new ValueSetting<KvTtlSection, TimeSpan>("serverError", ValueKinds.Time, o => o.ServerError, (o, v) => o.ServerError = v, "5xx answers; an error never replaces a variant.") { Alias = "CACHE_KV_TTL_SERVER_ERROR" },
        new ValueSetting<KvTtlSection, TimeSpan?>("adaptiveMaximum", ValueKinds.OptionalTime, o => o.AdaptiveMaximum, (o, v) => o.AdaptiveMaximum = v,
            "How long the lifetime of a variant may grow: it doubles each time the variant is asked for within its lifetime after that has run out.") { DefaultText = "none: all have the same" },
        new ValueSetting<KvTtlSection, bool>("refresh", ValueKinds.Switch, o => o.Refresh, (o, v) => o.Refresh = v,
            "Begin the lifetime of a variant anew when it is asked for, without checking its source: for buckets that tell of changes (POST /v1/events/s3)."),
        new ValueSetting<KvTtlSection, int>("refreshElapsed", ValueKinds.Count, o => o.RefreshElapsed, (o, v) => o.RefreshElapsed = v,
            "Per cent of the lifetime that must be over for that.") { Check = v => v <= 100 ? null : ("is more than all of it", "write 0 to 100") },
        new ValueSetting<KvTtlSection, TimeSpan>("refreshRemaining", ValueKinds.Time, o => o.RefreshRemaining, (o, v) => o.RefreshRemaining = v, "How much of it must be left."));

    private static (string Problem, string Remedy)? CheckModes(IReadOnlyList<string> modes) =>
        modes.Count > 0 && modes.All(mode => mode is "video" or "frame" or "spritesheet" or "audio" or "hls") ? null : ("names something else than the modes", "write some of video, frame, spritesheet, audio, hls");

    private static (string Problem, string Remedy)? CheckPatterns(IReadOnlyList<string> patterns) =>
        patterns.FirstOrDefault(p => !AgentCapabilities.IsPattern(p)) is { } wrong ? ($"\"{wrong}\" is not a regular expression, or one with look-around or back-references", "write one such as Chrome/[0-9]") : null;

    private static (string Problem, string Remedy)? CheckPositive(int value) => value > 0 ? null : ("is none at all", "write 1 or more");

    private static (string Problem, string Remedy)? CheckSigningKeys(IReadOnlyList<string> keys) =>
        keys.All(key => key.IndexOf(':', StringComparison.Ordinal) > 0) ? null : ("is not written NAME:SECRET", "write \"k1:\" and the output of: openssl rand -hex 16");
}
