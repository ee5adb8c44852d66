using Microsoft.AspNetCore.Http;
using Sluice.TestKit.Time;
using Sluice.Video.Planning;

namespace Sluice.Video.Tests.Planning;

/// <summary>Plans as tests ask for them.</summary>
internal static class Planned
{
    public static readonly ManualTimeProvider Time = new();
    private static readonly VariantPlanner Planner = new(new VideoPolicy(), Time);

    /// <summary>Plan of a URL such as "/videos/sample.mp4?width=640".</summary>
    public static VariantPlan For(string url, params (string Name, string Value)[] headers) => For(Planner, url, headers);

    public static VariantPlan For(VideoPolicy policy, string url, params (string Name, string Value)[] headers) => For(new VariantPlanner(policy, Time), url, headers);

    public static VariantPlan For(VariantPlanner planner, string url, params (string Name, string Value)[] headers) => planner.Plan(Request(url, headers));

    public static VariantRequest Request(string url, params (string Name, string Value)[] headers)
    {
        var mark = url.IndexOf('?', StringComparison.Ordinal);
        var fields = new HeaderDictionary();
        foreach (var (name, value) in headers) fields.Append(name, value);
        return mark < 0 ? new(url, "", fields) : new(url[..mark], url[mark..], fields);
    }
}
