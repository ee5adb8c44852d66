using System.Collections.Frozen;
using Microsoft.AspNetCore.Http;
using Sluice.Video.Access;
using Sluice.Video.Debug;
using Sluice.Video.Derivatives;
using Sluice.Video.Options;

namespace Sluice.Video.Planning;

/// <summary>Decides which variant a request asks for. One for each policy; used by many requests at once; a request without a query costs a look at the path.</summary>
public sealed class VariantPlanner
{
    private readonly VideoPolicy policy;
    private readonly AccessRules access;
    private readonly FrozenDictionary<string, VideoOptions> derivatives;

    /// <summary>Prepares a policy.</summary>
    /// <exception cref="ArgumentException">The policy has errors; all are in the message.</exception>
    public VariantPlanner(VideoPolicy policy, TimeProvider time)
    {
        if (PolicyRules.Errors(policy).ToList() is { Count: > 0 } errors) throw new ArgumentException(string.Join(" ", errors), nameof(policy));
        (this.policy, access) = (policy, new AccessRules(policy, time));
        derivatives = policy.Derivatives.ToFrozenDictionary(d => d.Key, d => OptionRules.Resolve(d.Value with { Mode = d.Value.Mode ?? VideoMode.Video }, d.Key, policy, new PlanNotes(false)), StringComparer.OrdinalIgnoreCase);
    }

    /// <summary>The policy it was made from.</summary>
    public VideoPolicy Policy => policy;

    /// <summary>Decides. Never throws, whatever was sent.</summary>
    public VariantPlan Plan(in VariantRequest request)
    {
        if (request.Query.Length < 2 && !request.MayDebug && !request.DebugEnabled) return VariantPlan.PassThrough;
        if (!IsVideo(request.Path)) return VariantPlan.PassThrough;
        var set = new ParameterSet(request.Query);
        var switches = request.MayDebug ? DebugReader.Read(in set, request.Headers) : DebugSwitches.None;
        if (request.DebugEnabled) switches |= DebugSwitches.BypassAll | DebugSwitches.Headers;
        if (!set.HasOptions && switches == DebugSwitches.None) return VariantPlan.PassThrough;
        var notes = new PlanNotes(switches != DebugSwitches.None);
        notes.Say("route", $"{request.Path} is a video of a route with variants");
        var plan = set.HasOptions ? Decide(in request, in set, notes) : null;
        return Finish(in request, plan, notes, switches);
    }

    private Decision? Decide(in VariantRequest request, ref readonly ParameterSet set, PlanNotes notes)
    {
        access.Check(in request, in set, notes);
        if (notes.Error is not null) return null;
        var asked = OptionReader.Read(in set, notes);
        if (notes.Error is not null) return null;
        string? name = null;
        VideoOptions? derivative = null;
        if (set.Has(VideoParameter.Derivative))
        {
            if (!derivatives.TryGetValue(set[VideoParameter.Derivative].ToString(), out derivative))
            {
                notes.Fail(VideoErrorType.InvalidParameter, $"There is no such derivative; there are {string.Join(", ", derivatives.Keys.Order(StringComparer.Ordinal))}.");
                return null;
            }
            name = derivative.Derivative;
            asked = DerivativeMerge.Apply(policy.Derivatives[name!], asked, notes);
            notes.Say("derivative", $"{name}, as asked");
        }
        var options = OptionRules.Resolve(asked, name, policy, notes);
        // The common case: nothing beyond the derivative, and its key needs no comparison.
        if (options == derivative) options = derivative;
        var source = request.Path[(request.Path.LastIndexOf('.') + 1)..].ToLowerInvariant();
        var isOriginal = derivative is null && (asked.Format is null || asked.Format == source) && ChangesNothing(options);
        return new(isOriginal ? options with { Format = source } : options, derivative, isOriginal);
    }

    private VariantPlan Finish(in VariantRequest request, Decision? decided, PlanNotes notes, DebugSwitches switches)
    {
        var kind = notes.Error is not null ? VariantPlanKind.Refused
            : decided is null ? VariantPlanKind.PassThrough
            : decided.IsOriginal ? VariantPlanKind.Original : VariantPlanKind.Variant;
        return new VariantPlan(kind, kind == VariantPlanKind.PassThrough ? "" : request.Path, kind == VariantPlanKind.Refused ? null : decided?.Options, decided?.Derivative, policy.ShortTagPrefix)
        {
            Error = notes.Error,
            Warnings = notes.Warnings,
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

    private sealed record Decision(VideoOptions Options, VideoOptions? Derivative, bool IsOriginal);
}
