using System.Collections.Frozen;
using Sluice.Video.Access;
using Sluice.Video.Debug;
using Sluice.Video.Derivatives;
using Sluice.Video.Keys;
using Sluice.Video.Options;
using Sluice.Video.Responsive;

namespace Sluice.Video.Planning;

/// <summary>Decides which variant a request asks for. One for each policy; used by many requests at once; a request without a query costs a look at the path.</summary>
public sealed class VideoPlanner
{
    /// <summary>What stands for the source itself, where a size is chosen for every request.</summary>
    private const string OriginalName = "original";

    private readonly VideoPolicy policy;
    private readonly AccessRules access;
    private readonly FrozenDictionary<string, VideoOptions> derivatives;
    private readonly FrozenDictionary<string, VideoOptions>.AlternateLookup<ReadOnlySpan<char>> derivativesByText;
    private readonly ResponsiveChooser responsive;
    private readonly bool isQuiet;

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
    }

    /// <summary>The policy it was made from.</summary>
    public VideoPolicy Policy => policy;

    /// <summary>Decides. Never throws, whatever was sent.</summary>
    public VideoPlan Plan(in VideoRequest request)
    {
        if (request.Query.Length < 2 && isQuiet && !request.MayDebug && !request.DebugEnabled) return VideoPlan.PassThrough;
        if (!IsVideo(request.Path)) return VideoPlan.PassThrough;
        var set = new ParameterSet(request.Query);
        var switches = request.MayDebug ? DebugReader.Read(in set, request.Field) : DebugSwitches.None;
        if (request.DebugEnabled) switches |= DebugSwitches.BypassAll | DebugSwitches.Headers;
        if (!set.HasOptions && isQuiet && switches == DebugSwitches.None) return VideoPlan.PassThrough;
        var notes = new PlanNotes(switches != DebugSwitches.None);
        notes.Say("route", $"{request.Path} is a video of a route with variants");
        var decided = set.HasOptions || !isQuiet ? Decide(in request, in set, notes) : null;
        return Finish(in request, in set, decided, notes, switches);
    }

    /// <summary>The query of the sprite sheet that an index tells of: a derivative's where one is that sheet, for there are routes that take nothing else.</summary>
    internal string SheetOf(VideoOptions index)
    {
        var sheet = index with { Format = "jpg", Derivative = null, FileName = null };
        var named = derivatives.Values.OrderBy(d => d.Derivative, StringComparer.Ordinal).FirstOrDefault(d => d with { Derivative = null } == sheet);
        return VariantText.Query(named ?? sheet, named);
    }

    private Decision? Decide(in VideoRequest request, ref readonly ParameterSet set, PlanNotes notes)
    {
        access.Check(in request, in set, notes);
        if (notes.Error is not null) return null;
        var asked = Densities.Apply(OptionReader.Read(in set, notes), in set, policy, notes);
        if (notes.Error is not null) return null;
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
            // The common case: nothing to read, merge or resolve.
            if ((set.Present & ParameterSet.OptionMask) == ParameterSet.Bit(VideoParameter.Derivative) && policy.Modes.Contains(derivative.Mode)) return new(derivative, derivative, false);
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

    private bool IsVideo(string path)
    {
        var point = path.LastIndexOf('.');
        return point > 0 && policy.Extensions.GetAlternateLookup<ReadOnlySpan<char>>().Contains(path.AsSpan(point));
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
