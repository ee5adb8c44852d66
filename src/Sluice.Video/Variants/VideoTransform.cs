using System.Security.Cryptography;
using System.Text;
using Sluice.Core.Objects;
using Sluice.Core.Origins;
using Sluice.Core.Variants;
using Sluice.Video.Debug;
using Sluice.Video.Metadata;
using Sluice.Video.Options;
using Sluice.Video.Planning;
using Sluice.Video.Responsive;

namespace Sluice.Video.Variants;

/// <summary>Variants of a route's videos, by the query of their URLs.</summary>
public sealed class VideoTransform : ITransform
{
    private readonly VideoPlanner planner;
    private readonly Func<TransformQuery, bool> mayDebug;
    private readonly DebugView debug;
    private readonly TimeProvider time;
    private readonly VariantLinks links;

    /// <summary>Makes one.</summary>
    /// <param name="name">The route's name, for logs and metrics.</param>
    /// <param name="scope">What identifies the objects the variants are made from: the scope of the route's origins.</param>
    /// <param name="planner">Decides what a request wants.</param>
    /// <param name="maker">Makes it.</param>
    /// <param name="mayDebug">Whether a request may use debugging and bypass switches (decision D11).</param>
    public VideoTransform(string name, string scope, VideoPlanner planner, VariantMaker maker, Func<TransformQuery, bool> mayDebug)
    {
        (this.planner, this.mayDebug, time) = (planner, mayDebug, maker.Time);
        links = new VariantLinks(planner, time);
        Origin = new TransformOrigin($"variants of {name}", $"{planner.Policy.Namespace} of {scope}", maker, planner.Policy.Lifetimes.Ok, links);
        debug = new DebugView(name, scope, time);
    }

    /// <inheritdoc/>
    public IOrigin Origin { get; }

    /// <inheritdoc/>
    public bool IsVariant(string path) => planner.IsHls(path, out _, out _);

    /// <inheritdoc/>
    public bool Reads(ReadOnlySpan<char> parameter) => VideoPlanner.Reads(parameter);

    /// <inheritdoc/>
    public bool ChoosesAlways => planner.Policy.Responsive == ResponsiveChoice.Always;

    /// <inheritdoc/>
    public IReadOnlyList<string> AskingFields => DebugReader.Fields;

    /// <inheritdoc/>
    public TransformDecision? Decide(TransformQuery query)
    {
        var began = time.GetTimestamp();
        var plan = planner.Plan(new VideoRequest(query.Path, query.IsOperator ? links.Sign(query.Path, query.Query) : query.Query, query.Field) { MayDebug = mayDebug(query), IsOfServer = query.IsOperator });
        if (plan.Debug != DebugSwitches.None && debug.Answer(query, plan, began) is { } answer) return answer;
        return plan.Kind switch
        {
            VideoPlanKind.PassThrough when plan.Debug == DebugSwitches.None => null,
            // The switches are for this server, and no part of the name.
            VideoPlanKind.PassThrough => Original(query.Path + DebugText.WithoutSwitches(query.Query)),
            VideoPlanKind.Original => Original(query.Path),
            VideoPlanKind.Refused => Refuse(plan.Error!),
            // The addresses in a playlist are those seen from below the video.
            _ when plan.Options!.Mode == VideoMode.Hls && !query.IsOperator && query.Path == plan.SourcePath =>
                Refuse(new VideoError(VideoErrorType.InvalidMode, $"mode=hls is asked for by name: {query.Path[(query.Path.LastIndexOf('/') + 1)..]}{HlsPath.Of(plan.Options)}")),
            _ => new TransformDecision(Order(query, plan, HeadersOf(plan, debug.Fields(query, plan, began)))),
        };

        TransformDecision Original(string name) => new(null)
        {
            Original = name,
            SkipsCache = plan.Debug.HasFlag(DebugSwitches.BypassAll),
            Vary = plan.Vary is { } vary ? [vary] : [],
            Headers = new HeaderList(HeadersOf(plan, debug.Fields(query, plan, began))),
        };
    }

    private TransformPlan Order(TransformQuery query, VideoPlan plan, List<KeyValuePair<string, string>> headers)
    {
        var policy = planner.Policy;
        return new TransformPlan
        {
            Key = plan.Key,
            Source = plan.SourcePath,
            Recipe = RecipeOf(plan),
            Order = plan,
            Vary = plan.Vary is { } vary ? [vary] : [],
            // What expires, is chosen by who asks, or has fields of its own is looked at each time.
            IsForAll = plan.IsForAll && headers.Count == 0 && policy is { SigningKeys.Count: 0, StoresVariants: true },
            SkipsCache = plan.Debug.HasFlag(DebugSwitches.BypassAll),
            SkipsStore = plan.Debug.HasFlag(DebugSwitches.BypassVariants) || !policy.StoresVariants,
            // A player that asks for a playlist or a segment can do nothing with a film.
            FallsBack = policy.FallBackOnError && plan.Options!.Mode != VideoMode.Hls,
            // By name, as a player will: of the parameters of a query a route may take only some.
            Next = plan.Options is { Segment: { } segment and < OptionRanges.LastSegment } ? links.PathOf(plan.SourcePath, plan.Options with { Segment = segment + 1 }) : null,
            ConfirmedLifetime = policy.Lifetimes.AdaptiveMaximum is not null && query.Look(plan.Key)?.Metadata.Freshness is { } held
                ? policy.Lifetimes.Next(held.Lifetime, held.AgeAt(time.GetUtcNow())) : null,
            Headers = headers,
            Client = query.Client,
        };
    }

    /// <summary>What is known of a stored variant of this transform (rows MET-01 to MET-03); null for an object that is none of them, or no longer one.</summary>
    public VariantMetadata? Describe(CachedObject stored)
    {
        var metadata = stored.Metadata;
        if (metadata is not { Status: 200, Length: { } length } || metadata.Headers.First(VariantHeaders.Query) is not { } query) return null;
        var plan = planner.Plan(new VideoRequest(metadata.Source, links.Sign(metadata.Source, query), static _ => null) { IsOfServer = true });
        var made = metadata.Freshness;
        return plan.Kind != VideoPlanKind.Variant ? null
            : VariantMetadata.Of(plan, metadata.Headers.First("Content-Type") ?? "", length, made.ReceivedAt, made.ReceivedAt + made.Lifetime - made.InitialAge);
    }

    /// <summary>The path and query by which a stored variant is asked for again; null for an object that is none.</summary>
    public static string? UrlOf(ObjectMetadata metadata) => metadata.Headers.First(VariantHeaders.Query) is { } query ? metadata.Source + query : null;

    /// <summary>What of a variant's version follows from how it is made: 8 characters.</summary>
    private string RecipeOf(VideoPlan plan) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(plan.Recipe + links.EditionOf(plan.Options))).AsSpan(0, 4));

    private static List<KeyValuePair<string, string>> HeadersOf(VideoPlan plan, IReadOnlyList<KeyValuePair<string, string>> shown)
    {
        List<KeyValuePair<string, string>> headers = [.. shown];
        // Not kept with the variant: others ask for the same bytes under another name.
        if (plan.Options?.FileName is { } name) headers.Add(new("Content-Disposition", $"inline; filename=\"{name}\""));
        if (plan.AcceptHints is { } hints) headers.Add(new("Accept-CH", hints));
        if (plan.Warnings.Count > 0) headers.Add(new("X-Video-Warning", VariantFault.OneLine(string.Join("; ", plan.Warnings))));
        return headers;
    }

    private static TransformDecision Refuse(VideoError error)
    {
        var headers = new HeaderList();
        headers.Add("Content-Type", "application/json");
        headers.Add("Cache-Control", "no-store");
        headers.Add("X-Error-Type", error.Code);
        return new TransformDecision(null) { Status = error.Status, Headers = headers, Body = error.ToJson(), Reason = error.Message };
    }
}
