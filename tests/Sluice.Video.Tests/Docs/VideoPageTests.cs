using System.Text.RegularExpressions;
using Sluice.Video.Derivatives;
using Sluice.Video.Options;
using Sluice.Video.Planning;
using Sluice.Video.Tests.Planning;

namespace Sluice.Video.Tests.Docs;

/// <summary>docs/video.md says what the code does.</summary>
public sealed class VideoPageTests
{
    private static readonly string Page = File.ReadAllText(Path.Combine(Root(), "docs", "video.md"));

    [Fact]
    public void ParameterTable_AgainstTheCode_IsWhole()
    {
        var rows = Section("## Parameters").Where(l => l.StartsWith("| `", StringComparison.Ordinal)).Select(l => l.Split('|', StringSplitOptions.TrimEntries)).ToList();
        Assert.Equal(Enum.GetValues<VideoParameter>().Where(p => p < VideoParameter.Debug).Select(ParameterNames.Of).Order(), rows.Select(r => r[1].Trim('`')).Order());
        foreach (var row in rows.Where(r => r[2].Length > 0))
        {
            Assert.True(ParameterNames.TryFind(row[2].Trim('`'), out var found));
            Assert.Equal(row[1].Trim('`'), ParameterNames.Of(found));
        }
    }

    [Fact]
    public void DerivativeTable_AgainstTheCode_IsTheDefaults()
    {
        var rows = Section("## Derivatives").Where(l => l.StartsWith("| `", StringComparison.Ordinal)).Select(l => l.Split('|', StringSplitOptions.TrimEntries)).ToDictionary(r => r[1].Trim('`'), r => r[2].Trim('`'));
        Assert.Equal(DefaultDerivatives.All.OrderBy(d => d.Key, StringComparer.Ordinal).Select(d => (d.Key, DerivativeText.Format(d.Value))), rows.OrderBy(r => r.Key, StringComparer.Ordinal).Select(r => (r.Key, r.Value)));
    }

    [Fact]
    public void Examples_OfUrls_AreVariants()
    {
        var urls = Regex.Matches(Page, @"(?<=http://127\.0\.0\.1:8081)/\S+").Select(m => m.Value).ToList();
        Assert.True(urls.Count >= 9);
        Assert.All(urls, url => Assert.True(Planned.For(url) is { Kind: VideoPlanKind.Variant, Warnings.Count: 0 }, url));
    }

    [Fact]
    public void ErrorTable_AgainstTheCode_HasEveryRefusal()
    {
        var told = Section("## Errors").SelectMany(l => Regex.Matches(l, "`([A-Z_]+)`")).Select(m => m.Groups[1].Value);
        Assert.Equal(Enum.GetValues<VideoErrorType>().Where(t => t <= VideoErrorType.SignatureExpired).Select(t => new VideoError(t, "").Code).Order(), told.Distinct().Order());
    }

    [Fact]
    public void Keys_OfThePage_AreThoseMade()
    {
        foreach (var url in (string[])["mode=video", "derivative=mobile", "width=640&quality=high"])
            Assert.Contains($"`{Planned.For("/videos/sample.mp4?" + url).Key}`", Page, StringComparison.Ordinal);
    }

    private static IEnumerable<string> Section(string title) => Page[Page.IndexOf(title, StringComparison.Ordinal)..].Split('\n').Skip(1).TakeWhile(l => !l.StartsWith("## ", StringComparison.Ordinal));

    private static string Root()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "Sluice.slnx"))) return folder.FullName;
        throw new DirectoryNotFoundException($"No Sluice.slnx above {AppContext.BaseDirectory}.");
    }
}
