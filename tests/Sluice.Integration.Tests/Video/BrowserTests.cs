using Microsoft.Playwright;

namespace Sluice.Integration.Tests.Video;

/// <summary>A real browser plays what is made, while it is made and afterwards.</summary>
public sealed class BrowserTests(VideoEdge video) : IClassFixture<VideoEdge>
{
    [Theory]
    [InlineData("width=320&height=180&format=mp4")]
    [InlineData("width=320&height=180&format=webm")]
    public async Task Chromium_PlaysAVariant_FirstAndAgain_AndSeeks(string query)
    {
        using var playwright = await Playwright.CreateAsync();
        await using var browser = await LaunchAsync(playwright);
        for (var visit = 0; visit < 2; visit++)
        {
            var page = await browser.NewPageAsync();
            var player = $"player{query.GetHashCode(StringComparison.Ordinal)}.html";
            video.Folder.Write(player, $"<video id=v muted preload=auto src='/square.mp4?{query}'></video>");
            await page.GotoAsync($"{video.Sluice.EdgeAddress}{player}");
            var seen = await page.EvaluateAsync<Seen>("""
                async visit => {
                  const v = document.getElementById('v');
                  const until = (test, what) => new Promise((done, fail) => {
                    const began = performance.now();
                    const look = () => v.error ? fail(new Error(what + ': media error ' + v.error.code + ' ' + v.error.message))
                      : test() ? done() : performance.now() - began > 60000 ? fail(new Error(what + ' took too long, at ' + v.currentTime + ' of ' + v.duration)) : setTimeout(look, 50);
                    look();
                  });
                  await until(() => v.readyState >= 2, 'load');
                  await v.play();
                  await until(() => v.currentTime > 0.5, 'play');
                  if (visit > 0) {
                    v.currentTime = 5;
                    await until(() => !v.seeking && v.currentTime >= 5, 'seek');
                    await until(() => v.currentTime > 5.3, 'play on');
                  }
                  return { width: v.videoWidth, height: v.videoHeight, at: v.currentTime, duration: Number.isFinite(v.duration) ? v.duration : -1 };
                }
                """, visit);
            Assert.Equal((240, 180), (seen.Width, seen.Height));
            Assert.InRange(seen.Duration, 7.9, 8.2);
            await page.CloseAsync();
        }
    }

    [Fact]
    public async Task Chromium_ReadsTheIndexOfASpriteSheet_AndShowsItsPictures()
    {
        using var playwright = await Playwright.CreateAsync();
        await using var browser = await LaunchAsync(playwright);
        var page = await browser.NewPageAsync();
        video.Folder.Write("sprites.html", "<video id=v><track id=t kind=metadata default src='/colours.mp4?mode=spritesheet&width=480&height=180&columns=3&rows=2&format=vtt'></video>");
        await page.GotoAsync($"{video.Sluice.EdgeAddress}sprites.html");
        var seen = await page.EvaluateAsync<string>("""
            async () => {
              const t = document.getElementById('t');
              t.track.mode = 'hidden';
              if (t.readyState < 2) await new Promise((done, fail) => { t.onload = done; t.onerror = () => fail(new Error('track')); });
              const cues = [...t.track.cues];
              const image = new Image();
              image.src = cues[4].text.split('#')[0];
              await image.decode();
              return cues.length + ' ' + cues[4].startTime + ' ' + image.naturalWidth + 'x' + image.naturalHeight + ' ' + cues[4].text.split('#')[1];
            }
            """);
        Assert.Equal("6 4 480x180 xywh=160,90,160,90", seen);
    }

    private static Task<IBrowser> LaunchAsync(IPlaywright playwright) => playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
    {
        ExecutablePath = Require.Command("chromium"),
        Headless = true,
        Args = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
    });

    private sealed record Seen
    {
        public int Width { get; init; }

        public int Height { get; init; }

        public double At { get; init; }

        public double Duration { get; init; }
    }
}
