using FsCheck;
using FsCheck.Fluent;
using Sluice.Video.Options;
using Sluice.Video.Planning;

namespace Sluice.Video.Tests.Planning;

public sealed class VideoPlannerPropertyTests
{
    private static readonly string[] Names =
    [
        "derivative", "mode", "width", "w", "height", "fit", "obj-fit", "format", "f", "time", "start", "duration", "quality", "compression", "bitrate", "audio", "mute", "fps", "speed", "rotate",
        "columns", "rows", "interval", "loop", "autoplay", "muted", "preload", "filename", "dpr", "imwidth", "imheight", "im-viewwidth", "im-density", "imref", "device", "network", "debug", "v", "",
    ];

    private static readonly string[] Values =
    [
        "mobile", "thumbnail", "preview", "animation", "original", "auto", "video", "frame", "spritesheet", "audio", "0", "1", "2", "10", "11", "90", "180", "333", "640", "641", "1280", "2000", "2001",
        "contain", "cover", "scale-down", "pad", "mp4", "webm", "jpeg", "jpg", "png", "webp", "m4a", "vtt", "0s", "2s", "1.234s", "1:30", "5m", "400s", "low", "high", "1500k", "123456", "true", "false",
        "29.97", "0.5", "-90", "none", "a.mp4", "tablet", "-f", "1;rm", "NaN", "٣", "%00", "%", "width=320", "", "999999999999999999",
    ];

    private static readonly VideoPlanner Planner = new(new VideoPolicy(), Planned.Time);
    private static readonly Dictionary<string, string[]> Fitting = Names.ToDictionary(name => name, Fit);

    private static readonly Gen<string> Query =
        from count in Gen.Choose(1, 5)
        from pairs in Gen.ArrayOf(from name in Gen.Elements(Names) from value in Gen.Elements(Fitting[name]) select $"{name}={value}", count)
        select "?" + string.Join('&', pairs);

    /// <summary>What a name takes, three times in four, so that most queries mean something; else anything.</summary>
    private static string[] Fit(string name)
    {
        var good = Values.Where(value => Planned.For(Planner, "/a.mp4?" + name + "=" + value) is { Kind: not VideoPlanKind.Refused, Warnings.Count: 0 }).ToList();
        return [.. Enumerable.Repeat(good, Math.Max(1, Values.Length * 3 / Math.Max(good.Count, 1))).SelectMany(v => v), .. Values];
    }

    [Fact]
    public void Plan_OfAnyText_NeverThrows() => Prop.ForAll(ArbMap.Default.ArbFor<string>(), text =>
    {
        var plan = Planner.Plan(new("/a.mp4", text ?? "", _ => text));
        return plan.Kind != VideoPlanKind.Refused || plan.Error is not null;
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(2000));

    [Fact]
    public void Queries_OfTheseTests_MostlyAskForVariants() =>
        Assert.InRange(Gen.Sample(Query, 1000, 10).Count(q => Planned.For(Planner, "/a.mp4" + q).Kind == VideoPlanKind.Variant), 300, 900);

    [Fact]
    public void Plan_OfAnyOptions_IsWithinBounds() => Prop.ForAll(Query.ToArbitrary(), query =>
    {
        if (Planned.For(Planner, "/a.mp4" + query).Options is not { } options) return true;
        return InBounds(options.Width) && InBounds(options.Height) && options.Width is null == options.Height is null
            && options.Time is null or { TotalSeconds: >= 0 and <= 600 } && options.Duration is null or { TotalSeconds: >= 1 and <= 300 }
            && options.Speed is null or (>= 0.25 and <= 4) && options.FramesPerSecond is null or (> 0 and <= 120)
            && (options.Mode == VideoMode.Video || (options.Audio && !options.Loop));

        static bool InBounds(int? size) => size is null || (size is >= 10 and <= 2000 && size % 2 == 0);
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(5000));

    [Fact]
    public void Plan_OfItsOwnQuery_IsTheSamePlan() => Prop.ForAll(Query.ToArbitrary(), query =>
    {
        var plan = Planned.For(Planner, "/a.mp4" + query);
        if (plan.Kind != VideoPlanKind.Variant) return true;
        var again = Planned.For(Planner, "/a.mp4" + plan.Query);
        var withoutHints = plan.Options! with { Loop = again.Options!.Loop, Autoplay = false, Muted = false, Preload = null, FileName = null };
        return (again.Key, again.Query, again.Recipe, again.Options) == (plan.Key, plan.Query, plan.Recipe, withoutHints) && again.IsForAll
            && !again.Warnings.Except(plan.Warnings).Any();
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(5000));

    [Fact]
    public void Plan_OfOptionsInAnotherOrder_IsTheSamePlan() => Prop.ForAll(Query.ToArbitrary(), query =>
    {
        var (plan, other) = (Planned.For(Planner, "/a.mp4" + query), Planned.For(Planner, "/a.mp4?" + string.Join('&', query[1..].Split('&').Reverse())));
        return (plan.Kind, plan.Key, plan.Options, plan.Error?.Type) == (other.Kind, other.Key, other.Options, other.Error?.Type) && plan.Warnings.SequenceEqual(other.Warnings);
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(5000));

    [Fact]
    public void Key_OfDifferentRecipes_Differs() => Prop.ForAll(Query.Two().ToArbitrary(), pair =>
    {
        var (a, b) = (Planned.For(Planner, "/a.mp4" + pair.Item1), Planned.For(Planner, "/a.mp4" + pair.Item2));
        return a.Kind != VideoPlanKind.Variant || b.Kind != VideoPlanKind.Variant || a.Recipe == b.Recipe || a.Key != b.Key;
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(5000));
}
