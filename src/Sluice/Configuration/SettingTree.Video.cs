using Sluice.Video.Planning;

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
            "Addresses and networks whose clients may use debug, nocache, bypass and no-kv-cache.") { Check = NetworkText.Check, DefaultText = "this machine" });

    private static SettingGroup<VideoSection> Video => new(() => new VideoSection(),
        new ValueSetting<VideoSection, int>("running", ValueKinds.Count, o => o.Running, (o, v) => o.Running = v, "How many variants are made at once.") { DefaultText = "half the processors", Check = CheckPositive },
        new ValueSetting<VideoSection, int>("waiting", ValueKinds.Count, o => o.Waiting, (o, v) => o.Waiting = v, "How many wait for their turn; one more is answered 503 with Retry-After."),
        new ValueSetting<VideoSection, TimeSpan>("patience", ValueKinds.Time, o => o.Patience, (o, v) => o.Patience = v, "How long one waits for its turn before it is answered 503.") { Check = CheckNotZero },
        new ValueSetting<VideoSection, TimeSpan>("time", ValueKinds.Time, o => o.Time, (o, v) => o.Time = v, "How long making one may take.") { Check = CheckNotZero },
        new ValueSetting<VideoSection, long>("memory", ValueKinds.Size, o => o.Memory, (o, v) => o.Memory = v, "Memory of one ffmpeg."),
        new ValueSetting<VideoSection, int>("threads", ValueKinds.Count, o => o.Threads, (o, v) => o.Threads = v, "Threads of one ffmpeg, for each of decoding, filtering and encoding.") { DefaultText = "2", Check = CheckPositive },
        new ValueSetting<VideoSection, long>("output", ValueKinds.Size, o => o.Output, (o, v) => o.Output = v, "Bytes a variant may have."),
        new ValueSetting<VideoSection, long>("source", ValueKinds.Size, o => o.Source, (o, v) => o.Source = v, "Bytes a source may have; 0 for any."),
        new ValueSetting<VideoSection, int>("sourcePixels", ValueKinds.Count, o => o.SourcePixels, (o, v) => o.SourcePixels = v, "Pixels a source's picture may have.") { Check = CheckPositive });

    private static (string Problem, string Remedy)? CheckPositive(int value) => value > 0 ? null : ("is none at all", "write 1 or more");

    private static (string Problem, string Remedy)? CheckSigningKeys(IReadOnlyList<string> keys) =>
        keys.All(key => key.IndexOf(':', StringComparison.Ordinal) > 0) ? null : ("is not written NAME:SECRET", "write \"k1:\" and the output of: openssl rand -hex 16");
}
