using Sluice.Video.Derivatives;
using Sluice.Video.Options;
using Sluice.Video.Planning;
using Sluice.Video.Tests.Planning;

namespace Sluice.Video.Tests.Derivatives;

/// <summary>Derivatives (rows VAR-09, U020 to U023, decision D10).</summary>
public sealed class DerivativeTests
{
    [Theory]
    [InlineData("mobile", "video:a.mp4:w=640:h=360:f=mp4:c=high")]
    [InlineData("tablet", "video:a.mp4:w=1280:h=720:f=mp4:c=medium")]
    [InlineData("desktop", "video:a.mp4:w=1920:h=1080:f=mp4:c=low")]
    [InlineData("low", "video:a.mp4:w=854:h=480:f=mp4:q=low")]
    [InlineData("medium", "video:a.mp4:w=1280:h=720:f=mp4:q=medium")]
    [InlineData("high", "video:a.mp4:w=1920:h=1080:f=mp4:q=high")]
    [InlineData("thumbnail", "frame:a.mp4:w=640:h=360:t=2s:f=png:fit=cover")]
    [InlineData("poster", "frame:a.mp4:t=0s:f=jpg:q=high")]
    [InlineData("preview", "spritesheet:a.mp4:w=640:h=480:t=0s:cols=4:rows=3:interval=30s")]
    [InlineData("animation", "video:a.mp4:w=320:h=180:f=mp4:duration=3s")]
    public void Default_OfName_IsThatOfTheRows(string name, string recipe) => Assert.Equal(recipe, Planned.For("/a.mp4?derivative=" + name).Recipe);

    [Fact]
    public void Defaults_AsText_AreReadBack()
    {
        foreach (var (name, derivative) in DefaultDerivatives.All)
        {
            Assert.True(DerivativeText.TryParse(DerivativeText.Format(derivative), out var read, out var problem), $"{name}: {problem}");
            Assert.Equal(derivative, read);
        }
    }

    [Theory]
    [InlineData("mode=frame&width=10&height=20&fit=scale-down&format=webp&time=1.5s&quality=low&rotate=90")]
    [InlineData("duration=10s&compression=auto&bitrate=500000&audio=false&fps=23.976&speed=0.5&loop=true&autoplay=true&muted=true&preload=none")]
    [InlineData("mode=spritesheet&width=640&height=480&columns=2&rows=3&interval=0.5s")]
    public void Text_OfEveryOption_IsReadBack(string text)
    {
        Assert.True(DerivativeText.TryParse(text, out var derivative, out var problem), problem);
        Assert.Equal(text, DerivativeText.Format(derivative));
    }

    [Theory]
    [InlineData("wide=640", "There is no option \"wide\" for derivatives.")]
    [InlineData("derivative=mobile", "There is no option \"derivative\" for derivatives.")]
    [InlineData("imwidth=5", "There is no option \"imwidth\" for derivatives.")]
    [InlineData("signature=5", "There is no option \"signature\" for derivatives.")]
    [InlineData("filename=x", "There is no option \"filename\" for derivatives.")]
    [InlineData("", "There is no option \"\" for derivatives.")]
    [InlineData("width", "width has no value.")]
    [InlineData("width=5000", "width must be a whole number from 10 to 2000.")]
    [InlineData("quality=best", "quality is ignored: it is none of low, medium, high, auto.")]
    [InlineData("w=640&width=640", "width is given twice.")]
    public void Text_ThatIsWrong_IsRefusedWithAReason(string text, string problem)
    {
        Assert.False(DerivativeText.TryParse(text, out _, out var told));
        Assert.Equal(problem, told);
    }

    [Fact]
    public void Derivative_GivenAnotherMeaning_KeepsItsKeyAndChangesItsRecipe()
    {
        var policy = new VideoPolicy { Derivatives = new Dictionary<string, Derivative>(DefaultDerivatives.All) { ["mobile"] = new() { Width = 320, Format = "webm" } } };
        var plan = Planned.For(policy, "/a.mp4?derivative=mobile");
        Assert.Equal(("video:a.mp4:derivative=mobile", "video:a.mp4:w=320:h=180:f=webm"), (plan.Key, plan.Recipe));
        Assert.Contains("video-format-webm", plan.Tags);
    }

    [Fact]
    public void Options_ThatTheDerivativeSets_AreIgnoredWithAWarning()
    {
        Assert.Single(Planned.For("/a.mp4?derivative=mobile&width=1000").Warnings);
        Assert.Empty(Planned.For("/a.mp4?derivative=mobile&width=640&time=5s").Warnings);
        Assert.Equal(VideoMode.Frame, Planned.For("/a.mp4?derivative=poster&width=320").Options!.Mode);
        Assert.Equal("frame:a.mp4:derivative=poster:w=320:h=180", Planned.For("/a.mp4?derivative=poster&width=320").Key);
    }
}
