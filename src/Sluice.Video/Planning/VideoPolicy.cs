using System.Collections.Frozen;
using Sluice.Video.Access;
using Sluice.Video.Derivatives;
using Sluice.Video.Lifetimes;
using Sluice.Video.Options;
using Sluice.Video.Responsive;

namespace Sluice.Video.Planning;

/// <summary>What one route makes of the videos under it. <see cref="VideoPlanner"/> is made from it once; <see cref="PolicyRules.Errors"/> says what is wrong with it.</summary>
public sealed record VideoPolicy
{
    /// <summary>Sources that have variants, by extension, lower case with the dot; others pass (row U024). Default .mp4 .webm .mov .avi .mkv .flv .wmv .m4v .3gp .ogv.</summary>
    public FrozenSet<string> Extensions { get; init; } = DefaultExtensions;

    /// <summary>Derivatives by name: letters a to z, digits, hyphen and underscore. Default <see cref="DefaultDerivatives.All"/>.</summary>
    public IReadOnlyDictionary<string, Derivative> Derivatives { get; init; } = DefaultDerivatives.All;

    /// <summary>Which derivative a width stands for, narrowest first (row U030). Default up to 854 mobile, up to 1280 tablet, else desktop.</summary>
    public IReadOnlyList<WidthBreakpoint> Breakpoints { get; init; } = WidthBreakpoint.Defaults;

    /// <summary>When the size is chosen for the device. Default <see cref="ResponsiveChoice.WhenAsked"/>.</summary>
    public ResponsiveChoice Responsive { get; init; } = ResponsiveChoice.WhenAsked;

    /// <summary>Which agents play what; only asked with <c>format=auto</c> (row U039).</summary>
    public AgentCapabilities Capabilities { get; init; } = AgentCapabilities.Default;

    /// <summary>Modes offered; others are refused with INVALID_MODE. Default all.</summary>
    public IReadOnlySet<VideoMode> Modes { get; init; } = Enum.GetValues<VideoMode>().ToFrozenSet();

    /// <summary>Names of the parameters allowed, the long ones; others that would be options are refused. Default null: all. Those of signatures and debugging need not stand here.</summary>
    public IReadOnlySet<string>? Parameters { get; init; }

    /// <summary>Only derivatives, asked by name or chosen for the device; anything else that changes bytes is refused. Default false.</summary>
    public bool DerivativesOnly { get; init; }

    /// <summary>Keys of signed URLs; with any, a request for a variant needs a signature. The first signs; the others are good until they are taken out. Default none.</summary>
    public IReadOnlyList<SigningKey> SigningKeys { get; init; } = [];

    /// <summary>Widest and highest a variant may be, in pixels, at most 2000 (row U003). Default 2000.</summary>
    public int MaximumDimension { get; init; } = 2000;

    /// <summary>Widths and heights are rounded to a multiple of this: even, 2 to 100. Default 2. A larger step bounds how many variants a stranger can ask for.</summary>
    public int SizeStep { get; init; } = 2;

    /// <summary>A duration beyond it is cut to it (row U009). Default 300 s, the longest that may be asked.</summary>
    public TimeSpan MaximumDuration { get; init; } = TimeSpan.FromSeconds(300);

    /// <summary>What a viewer gets when a transform fails: the original (rows U070, U071), or with false the error. Default true.</summary>
    public bool FallBackOnError { get; init; } = true;

    /// <summary>Name of the namespace that variants are kept in (rows KV-03, CFG-06). Default VIDEO_TRANSFORMATIONS_CACHE.</summary>
    public string Namespace { get; init; } = "VIDEO_TRANSFORMATIONS_CACHE";

    /// <summary>Keep variants on disk (row CFG-04). Default true; false keeps them in memory only.</summary>
    public bool StoresVariants { get; init; } = true;

    /// <summary>How long answers are used unasked.</summary>
    public VariantLifetimes Lifetimes { get; init; } = new();

    /// <summary>Also emit the short tags of row U057, with this prefix, such as "vp-". Default null: none (decision D06).</summary>
    public string? ShortTagPrefix { get; init; }

    /// <summary>The extensions of row U024.</summary>
    public static FrozenSet<string> DefaultExtensions { get; } =
        new[] { ".mp4", ".webm", ".mov", ".avi", ".mkv", ".flv", ".wmv", ".m4v", ".3gp", ".ogv" }.ToFrozenSet(StringComparer.OrdinalIgnoreCase);
}
