using Sluice.Core.Objects;
using Sluice.Core.Variants;
using Sluice.Video.Debug;
using Sluice.Video.Planning;

namespace Sluice.Video.Variants;

/// <summary>What a request that may look behind the scenes is shown: a page, JSON, or fields beside the answer.</summary>
internal sealed class DebugView(string route, string origin, TimeProvider time)
{
    /// <summary>The page or JSON in place of the answer; null when neither is wanted.</summary>
    public TransformDecision? Answer(TransformQuery query, VideoPlan plan, long began)
    {
        var isPage = plan.Debug.HasFlag(DebugSwitches.View);
        if (!isPage && !plan.Debug.HasFlag(DebugSwitches.Json)) return null;
        var report = Report(query, plan, began);
        var headers = new HeaderList();
        headers.Add("Content-Type", isPage ? "text/html; charset=utf-8" : "application/json");
        headers.Add("Cache-Control", "no-store");
        if (isPage) headers.Add("Content-Security-Policy", DebugPage.ContentSecurityPolicy);
        headers.Add("X-Content-Type-Options", "nosniff");
        return new TransformDecision(null) { Status = 200, Headers = headers, Body = isPage ? DebugPage.Render(report) : DebugJson.Write(report) };
    }

    /// <summary>Fields beside the answer; none unless wanted.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Fields(TransformQuery query, VideoPlan plan, long began) =>
        plan.Debug.HasFlag(DebugSwitches.Headers) ? DebugHeaders.Of(Report(query, plan, began)) : [];

    private DebugReport Report(TransformQuery query, VideoPlan plan, long began)
    {
        var planned = time.GetElapsedTime(began);
        var now = time.GetUtcNow();
        var stored = plan.Kind == VideoPlanKind.Variant ? query.Look(plan.Key) : null;
        var remaining = stored?.Metadata.Freshness.RemainingAt(now);
        return new DebugReport
        {
            Method = query.Method,
            Path = query.Path,
            Query = query.Query,
            Field = query.Field,
            Plan = plan,
            RequestId = query.Field("X-Request-Id"),
            Route = route,
            Origin = origin,
            Outcome = plan.Kind != VideoPlanKind.Variant ? null : plan.Debug.HasFlag(DebugSwitches.BypassAll) ? "bypass" : stored is null ? "miss" : remaining > TimeSpan.Zero ? "hit" : "stale",
            Tiers = plan.Kind != VideoPlanKind.Variant ? [] :
            [
                new DebugTier("memory", stored?.MemoryBytes > 0 ? "hit" : "miss", $"{stored?.MemoryBytes ?? 0} bytes"),
                new DebugTier("disk", stored?.DiskBytes > 0 ? "hit" : "miss", $"{stored?.DiskBytes ?? 0} bytes"),
                new DebugTier("ffmpeg", stored is null ? "asked" : stored.IsFilling ? "at work" : "not asked"),
            ],
            Timings = [new DebugTiming("plan", planned)],
            Elapsed = time.GetElapsedTime(began),
            Age = stored?.Metadata.Freshness.AgeAt(now),
            Remaining = remaining,
            Version = stored?.Metadata.Version.ETag,
            ContentType = stored?.Metadata.Headers.First("Content-Type"),
            Length = stored?.Metadata.Length,
        };
    }
}
