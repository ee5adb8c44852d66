using Sluice.Core.Objects;
using Sluice.Core.Origins;
using Sluice.Core.Variants;
using Sluice.Video.Debug;
using Sluice.Video.Planning;

namespace Sluice.Video.Variants;

/// <summary>Variants of a route's videos, by the query of their URLs.</summary>
public sealed class VideoTransform : ITransform
{
    private readonly VideoPlanner planner;
    private readonly Func<TransformQuery, bool> mayDebug;

    /// <summary>Makes one.</summary>
    /// <param name="name">The route's name, for logs and metrics.</param>
    /// <param name="scope">What identifies the objects the variants are made from: the scope of the route's origins.</param>
    /// <param name="planner">Decides what a request wants.</param>
    /// <param name="maker">Makes it.</param>
    /// <param name="mayDebug">Whether a request may use debugging and bypass switches (decision D11).</param>
    public VideoTransform(string name, string scope, VideoPlanner planner, VariantMaker maker, Func<TransformQuery, bool> mayDebug)
    {
        (this.planner, this.mayDebug) = (planner, mayDebug);
        Origin = new TransformOrigin($"variants of {name}", "variants of " + scope, maker);
    }

    /// <inheritdoc/>
    public IOrigin Origin { get; }

    /// <inheritdoc/>
    public TransformDecision? Decide(TransformQuery query)
    {
        var plan = planner.Plan(new VideoRequest(query.Path, query.Query, query.Field) { MayDebug = mayDebug(query) });
        return plan.Kind switch
        {
            VideoPlanKind.PassThrough => null,
            VideoPlanKind.Original => new TransformDecision(null) { IsOriginal = true },
            VideoPlanKind.Refused => Refuse(plan.Error!),
            _ => new TransformDecision(new TransformPlan
            {
                Key = plan.Key,
                Source = plan.SourcePath,
                Recipe = TransformOrigin.RecipeOf(plan),
                Order = plan,
                Vary = plan.Vary is { } vary ? [vary] : [],
                // What expires or is chosen by who asks is looked at each time.
                IsForAll = plan.Vary is null && plan.Debug == DebugSwitches.None && plan.Warnings.Count == 0 && planner.Policy.SigningKeys.Count == 0,
                SkipsCache = plan.Debug.HasFlag(DebugSwitches.BypassAll),
                SkipsStore = plan.Debug.HasFlag(DebugSwitches.BypassVariants),
                FallsBack = planner.Policy.FallBackOnError,
                Headers = HeadersOf(plan),
                Client = query.Client,
            }),
        };
    }

    private static List<KeyValuePair<string, string>> HeadersOf(VideoPlan plan)
    {
        List<KeyValuePair<string, string>> headers = [];
        if (plan.AcceptHints is { } hints) headers.Add(new("Accept-CH", hints));
        foreach (var warning in plan.Warnings) headers.Add(new("X-Video-Warning", VariantFault.OneLine(warning)));
        return headers;
    }

    private static TransformDecision Refuse(VideoError error)
    {
        var headers = new HeaderList();
        headers.Add("Content-Type", "application/json");
        headers.Add("Cache-Control", "no-store");
        headers.Add("X-Error-Type", error.Code);
        return new TransformDecision(null) { Status = error.Status, Headers = headers, Body = error.ToJson() };
    }
}
