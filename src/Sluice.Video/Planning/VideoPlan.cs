using Sluice.Video.Debug;
using Sluice.Video.Keys;
using Sluice.Video.Options;
using Sluice.Video.Tags;

namespace Sluice.Video.Planning;

/// <summary>What a request asks for, decided. Made by <see cref="VideoPlanner"/>.</summary>
public sealed class VideoPlan
{
    private readonly VideoOptions? derivative;
    private readonly string? shortTagPrefix;
    private string? query;
    private IReadOnlyList<string>? tags;

    internal VideoPlan(VideoPlanKind kind, string path, VideoOptions? options, VideoOptions? derivative, string? shortTagPrefix)
    {
        (Kind, SourcePath, Options, this.derivative, this.shortTagPrefix) = (kind, path, options, derivative, shortTagPrefix);
        Key = kind switch
        {
            VideoPlanKind.Variant => VariantText.Key(path, options!, derivative),
            VideoPlanKind.Original => VariantText.OriginalKey(path),
            _ => "",
        };
    }

    /// <summary>A request that does not concern variants.</summary>
    public static VideoPlan PassThrough { get; } = new(VideoPlanKind.PassThrough, "", null, null, null);

    /// <summary>What is to be done.</summary>
    public VideoPlanKind Kind { get; }

    /// <summary>The source's path; empty when the request passes.</summary>
    public string SourcePath { get; }

    /// <summary>The variant; null unless one is asked for. For an original it holds what the source is, with the hints asked for.</summary>
    public VideoOptions? Options { get; }

    /// <summary>The key of rows KEY-01 to KEY-04: "video:videos/sample.mp4:derivative=mobile"; empty when the request passes or is refused.</summary>
    public string Key { get; }

    /// <summary>The query that asks for this variant and no other, with its question mark: what was asked with defaults, choice and rounding applied, in a fixed order. Empty for an original.</summary>
    public string Query => query ??= Kind == VideoPlanKind.Variant ? VariantText.Query(Options!, derivative) : "";

    /// <summary>Everything the bytes follow from, the derivative's values written out: when a derivative is given another meaning it changes and <see cref="Key"/> does not.</summary>
    public string Recipe => Kind == VideoPlanKind.Variant ? VariantText.Key(SourcePath, Options!, null) : Key;

    /// <summary>The tags to purge it by (rows TAG-01 to TAG-04); made when first asked for.</summary>
    public IReadOnlyList<string> Tags => tags ??= Options is null ? [] : VariantTags.Of(SourcePath, Options, shortTagPrefix);

    /// <summary>Why it is refused; null when it is not.</summary>
    public VideoError? Error { get; internal init; }

    /// <summary>What was passed over, rounded or cut.</summary>
    public IReadOnlyList<string> Warnings { get; internal init; } = [];

    /// <summary>Request fields that decided, or would have: the value of Vary for caches in front. Null for none.</summary>
    public string? Vary { get; internal init; }

    /// <summary>Client hints that this route would use: the value of Accept-CH. Null when the choice did not ask for any.</summary>
    public string? AcceptHints { get; internal init; }

    /// <summary>True when everybody who asks for this path and query gets this plan, now and later: it follows from the URL alone, and the URL does not expire.</summary>
    public bool IsForAll { get; internal init; }

    /// <summary>What the client wants to see of how it is answered, as far as it may.</summary>
    public DebugSwitches Debug { get; internal init; }

    /// <summary>The decisions in order; empty unless <see cref="Debug"/> asks to see any.</summary>
    public IReadOnlyList<PlanStep> Trace { get; internal init; } = [];
}
