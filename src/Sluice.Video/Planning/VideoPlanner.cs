using System.Collections.Frozen;
using System.Globalization;
using Sluice.Video.Access;
using Sluice.Video.Debug;
using Sluice.Video.Derivatives;
using Sluice.Video.Ffmpeg;
using Sluice.Video.Keys;
using Sluice.Video.Options;
using Sluice.Video.Responsive;

namespace Sluice.Video.Planning;

/// <summary>Decides which variant a request asks for. One for each policy; used by many requests at once; a request without a query costs a look at the path.</summary>
public sealed class VideoPlanner
{
    /// <summary>What stands for the source itself, where a size is chosen for every request.</summary>
    private const string OriginalName = "original";

    private static readonly (int Width, int Height, int Bitrate)[] Ladder = [(640, 360, 800_000), (1280, 720, 2_500_000), (1920, 1080, 5_000_000)];

    private readonly VideoPolicy policy;
    private readonly AccessRules access;
    private readonly FrozenDictionary<string, VideoOptions> derivatives;
    private readonly FrozenDictionary<string, VideoOptions>.AlternateLookup<ReadOnlySpan<char>> derivativesByText;
    private readonly ResponsiveChooser responsive;
    private readonly bool isQuiet;
    private readonly VideoOptions[] listed;
    private readonly (int Width, int Height, int Bitrate)[] rungs;
    private readonly FrozenSet<string> listedSizes;

    /// <summary>True for a parameter of a query that is read, whatever the policy.</summary>
    public static bool Reads(ReadOnlySpan<char> parameter) => ParameterNames.TryFind(parameter, out _);

    /// <summary>Prepares a policy.</summary>
    /// <exception cref="ArgumentException">The policy has errors; all are in the message.</exception>
    public VideoPlanner(VideoPolicy policy, TimeProvider time)
    {
        if (PolicyRules.Errors(policy).ToList() is { Count: > 0 } errors) throw new ArgumentException(string.Join(" ", errors), nameof(policy));
        (this.policy, access) = (policy, new AccessRules(policy, time));
        derivatives = policy.Derivatives.ToFrozenDictionary(d => d.Key, d => OptionRules.Resolve(d.Value with { Mode = d.Value.Mode ?? VideoMode.Video }, d.Key, policy, new PlanNotes(false)), StringComparer.OrdinalIgnoreCase);
        derivativesByText = derivatives.GetAlternateLookup<ReadOnlySpan<char>>();
        responsive = new ResponsiveChooser(policy, derivatives);
        isQuiet = policy.Responsive != ResponsiveChoice.Always;
        listed = [.. derivatives.Values.Where(d => d.Mode == VideoMode.Hls && !d.IsMaster).OrderBy(d => d.Bitrate)];
        var hasRungs = listed.Length == 0 && !policy.DerivativesOnly;
        rungs = !hasRungs ? [] : [.. Ladder.Where(rung => rung.Width <= policy.MaximumDimension).Select(rung => (Round(rung.Width), Round(rung.Height), rung.Bitrate))];
        // Lying, standing, and the source's own, where that is less than any.
        listedSizes = rungs.SelectMany(rung => (string[])[SizeText(rung.Width, rung.Height, rung.Bitrate), SizeText(rung.Height, rung.Width, rung.Bitrate)])
            .Concat(hasRungs ? [SizeText(null, null, Ladder[0].Bitrate)] : []).ToFrozenSet(StringComparer.Ordinal);

        int Round(int pixels) => OptionRanges.RoundSize(pixels, policy.SizeStep, policy.MaximumDimension);
    }

    /// <summary>The policy it was made from.</summary>
    public VideoPolicy Policy => policy;

    /// <summary>Decides. Never throws, whatever was sent.</summary>
    public VideoPlan Plan(in VideoRequest request)
    {
        var isHls = IsHls(request.Path, out var source, out var segment);
        if (request.Query.Length < 2 && !isHls && isQuiet && !request.MayDebug && !request.DebugEnabled) return VideoPlan.PassThrough;
        if (!isHls && !IsVideo(request.Path)) return VideoPlan.PassThrough;
        var set = new ParameterSet(request.Query);
        var switches = request.MayDebug ? DebugReader.Read(in set, request.Field) : DebugSwitches.None;
        if (request.DebugEnabled) switches |= DebugSwitches.BypassAll | DebugSwitches.Headers;
        if (!set.HasOptions && !isHls && isQuiet && switches == DebugSwitches.None) return VideoPlan.PassThrough;
        var notes = new PlanNotes(switches != DebugSwitches.None);
        notes.Say("route", $"{request.Path} is a video of a route with variants");
        var decided = isHls || set.HasOptions || !isQuiet ? Decide(in request, in set, isHls ? new Derivative { Mode = VideoMode.Hls, Segment = segment } : null, notes) : null;
        return Finish(isHls ? request with { Path = request.Path[..source] } : request, in set, decided, notes, switches);
    }

    /// <summary>The query that asks for a variant: by a derivative's name where one is that, and without what the route does not take, for there are routes that take nothing else.</summary>
    internal string QueryOf(VideoOptions wanted)
    {
        if (wanted.Derivative is { } name) return access.Allowed(VariantText.Query(wanted, derivatives[name]));
        var named = derivatives.Values.Where(d => d.Mode == wanted.Mode && d.Format == wanted.Format && d with { Derivative = null } == wanted).MinBy(d => d.Derivative, StringComparer.Ordinal);
        var query = VariantText.Query(named ?? wanted, named);
        return wanted.Mode == VideoMode.Hls && listedSizes.Contains(SizeText(wanted.Width, wanted.Height, wanted.Bitrate)) ? query : access.Allowed(query);
    }

    /// <summary>The sizes of a playlist of all of them, the least first, which players begin with and which is made soonest: the derivatives with mode=hls where there are any, else those of row U103. None is larger than the source, but for the least.</summary>
    internal IReadOnlyList<VideoOptions> SizesFor(VideoOptions master, SourceStreams source)
    {
        if (listed.Length == 0 && policy.DerivativesOnly) return [];
        var isUpright = source.Height > source.Width;
        var sizes = listed.Length > 0 ? listed : [.. rungs.Select(rung => master with
        {
            Width = isUpright ? rung.Height : rung.Width, Height = isUpright ? rung.Width : rung.Height, Bitrate = rung.Bitrate, Derivative = null, FileName = null,
        })];
        var fitting = sizes.Where(size => size is not { Width: { } width, Height: { } height } || Math.Min((double)width / source.Width, (double)height / source.Height) <= 1).ToArray();
        return fitting.Length > 0 ? fitting : listed.Length > 0 ? [listed[0]] : [master with { Bitrate = Ladder[0].Bitrate, Derivative = null, FileName = null }];
    }

    /// <summary>The parameters of a size that the playlist of all sizes names: that is one of a few, and taken whatever else a route takes.</summary>
    private ulong Listed(ref readonly ParameterSet set)
    {
        if (policy.Parameters is null) return 0;
        if (listed.Length > 0) return derivativesByText.TryGetValue(set[VideoParameter.Derivative], out var named) && listed.Contains(named) ? ParameterSet.Bit(VideoParameter.Derivative) : 0;
        return listedSizes.Contains($"{set[VideoParameter.Width]}x{set[VideoParameter.Height]} {set[VideoParameter.Bitrate]}")
            ? ParameterSet.Bit(VideoParameter.Width) | ParameterSet.Bit(VideoParameter.Height) | ParameterSet.Bit(VideoParameter.Bitrate) : 0;
    }

    private static string SizeText(int? width, int? height, int? bitrate) => string.Create(CultureInfo.InvariantCulture, $"{width}x{height} {bitrate / 1000}k");

    private Decision? Decide(in VideoRequest request, ref readonly ParameterSet set, Derivative? hls, PlanNotes notes)
    {
        access.Check(in request, in set, request.IsOfServer ? ulong.MaxValue : hls is null ? 0 : Listed(in set), notes);
        if (notes.Error is not null) return null;
        var asked = Densities.Apply(OptionReader.Read(in set, notes), in set, policy, notes);
        if (hls is not null && asked.Mode is not (null or VideoMode.Hls)) notes.Fail(VideoErrorType.InvalidOptionCombination, "What is asked for by the name of a playlist or a segment has mode=hls.");
        if (notes.Error is not null) return null;
        if (hls is not null) asked = asked with { Mode = VideoMode.Hls, Segment = hls.Segment };
        string? vary = null;
        NetworkClass? network = null;
        VideoOptions? derivative = null;
        var named = set[VideoParameter.Derivative];
        if (named is not ("" or "auto" or OriginalName))
        {
            if (!derivativesByText.TryGetValue(named, out derivative))
            {
                notes.Fail(VideoErrorType.InvalidParameter, $"There is no such derivative; there are {string.Join(", ", derivatives.Keys.Order(StringComparer.Ordinal))}.");
                return null;
            }
            notes.Say("derivative", $"{derivative.Derivative}, as asked");
            if (hls is not null && derivative.Mode != VideoMode.Hls)
            {
                notes.Fail(VideoErrorType.InvalidOptionCombination, $"The derivative {derivative.Derivative} is none with mode=hls.");
                return null;
            }
            // The common case: nothing to read, merge or resolve.
            if (hls?.Segment is null && (set.Present & ParameterSet.OptionMask) == ParameterSet.Bit(VideoParameter.Derivative) && policy.Modes.Contains(derivative.Mode)) return new(derivative, derivative, false);
        }
        else if (named is not OriginalName && responsive.Choose(in request, in set, asked, notes) is { } chosen)
        {
            (vary, network) = (chosen.Vary, chosen.Network);
            if (chosen.Derivative is { } name) derivative = derivatives[name];
            else asked = asked with { Width = chosen.Width, Height = chosen.Height };
            // Of quality=auto the derivative is the answer.
            if (derivative is not null && asked.Quality == VideoLevel.Auto) asked = asked with { Quality = null };
        }
        if (set[VideoParameter.Format] is "auto" && named is not OriginalName && asked.Mode is null or VideoMode.Video && derivative is null or { Mode: VideoMode.Video })
        {
            asked = asked with { Format = FormatChooser.Choose(in request, policy.Capabilities, notes) };
            vary = vary is null ? FormatChooser.Fields : $"{vary}, {FormatChooser.Fields}";
        }
        if (derivative is not null) asked = DerivativeMerge.Apply(policy.Derivatives[derivative.Derivative!], asked, notes);
        return Settle(request.Path, asked, derivative, network, notes) with { Vary = vary };
    }

    private Decision Settle(string path, Derivative asked, VideoOptions? derivative, NetworkClass? network, PlanNotes notes)
    {
        var options = OptionRules.Resolve(asked, derivative?.Derivative, policy, notes, network);
        // Nothing beyond the derivative: its key needs no comparison.
        if (options == derivative) options = derivative;
        var source = path[(path.LastIndexOf('.') + 1)..].ToLowerInvariant();
        var isOriginal = derivative is null && (asked.Format is null || asked.Format == source) && ChangesNothing(options);
        return new(isOriginal ? options with { Format = source } : options, derivative, isOriginal);
    }

    private VideoPlan Finish(in VideoRequest request, ref readonly ParameterSet set, Decision? decided, PlanNotes notes, DebugSwitches switches)
    {
        var kind = notes.Error is not null ? VideoPlanKind.Refused
            : decided is null ? VideoPlanKind.PassThrough
            : decided.IsOriginal ? VideoPlanKind.Original : VideoPlanKind.Variant;
        if (kind == VideoPlanKind.Refused) decided = null;
        return new VideoPlan(kind, kind == VideoPlanKind.PassThrough ? "" : request.Path, decided?.Options, decided?.Derivative, policy.ShortTagPrefix)
        {
            Error = notes.Error,
            Warnings = notes.Warnings,
            Vary = decided?.Vary,
            AcceptHints = decided?.Vary?.Contains("Sec-CH-", StringComparison.Ordinal) is true ? ClientHints.Accepted : null,
            IsForAll = decided is { Vary: null } && switches == DebugSwitches.None && !set.Has(VideoParameter.Expires),
            Debug = switches,
            Trace = notes.Trace,
        };
    }

    /// <summary>True for the name of a playlist or a segment.</summary>
    /// <param name="path">The path.</param>
    /// <param name="source">How much of it is the video's.</param>
    /// <param name="segment">Which segment; null for a playlist.</param>
    internal bool IsHls(string path, out int source, out int? segment) =>
        HlsPath.TryRead(path, out source, out segment) && policy.Modes.Contains(VideoMode.Hls) && IsVideo(path.AsSpan(0, source));

    private bool IsVideo(ReadOnlySpan<char> path)
    {
        var point = path.LastIndexOf('.');
        return point > 0 && policy.Extensions.GetAlternateLookup<ReadOnlySpan<char>>().Contains(path[point..]);
    }

    /// <summary>True when the source as it is holds all that is asked, its format aside.</summary>
    private static bool ChangesNothing(VideoOptions options) => options == new VideoOptions
    {
        Format = options.Format, Loop = options.Loop, Autoplay = options.Autoplay, Muted = options.Muted, Preload = options.Preload, FileName = options.FileName,
    };

    private sealed record Decision(VideoOptions Options, VideoOptions? Derivative, bool IsOriginal)
    {
        public string? Vary { get; init; }
    }
}
