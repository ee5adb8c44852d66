using Sluice.TestKit.Time;
using Sluice.Video.Planning;

namespace Sluice.Video.Tests.Planning;

/// <summary>Plans as tests ask for them.</summary>
internal static class Planned
{
    public static readonly ManualTimeProvider Time = new();
    private static readonly VideoPlanner Planner = new(new VideoPolicy(), Time);

    /// <summary>Plan of a URL such as "/videos/sample.mp4?width=640".</summary>
    public static VideoPlan For(string url, params (string Name, string Value)[] headers) => For(Planner, url, headers);

    public static VideoPlan For(VideoPolicy policy, string url, params (string Name, string Value)[] headers) => For(new VideoPlanner(policy, Time), url, headers);

    public static VideoPlan For(VideoPlanner planner, string url, params (string Name, string Value)[] headers) => planner.Plan(Request(url, headers));

    public static VideoRequest Request(string url, params (string Name, string Value)[] headers)
    {
        var mark = url.IndexOf('?', StringComparison.Ordinal);
        return mark < 0 ? new(url, "", Field) : new(url[..mark], url[mark..], Field);

        string? Field(string name) => headers.Where(h => h.Name.Equals(name, StringComparison.OrdinalIgnoreCase)).Select(h => h.Value).FirstOrDefault();
    }
}
