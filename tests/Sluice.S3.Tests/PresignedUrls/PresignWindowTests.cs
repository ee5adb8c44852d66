using Sluice.S3.Credentials;
using Sluice.S3.Signing;
using Sluice.TestKit.Processes;

namespace Sluice.S3.Tests.PresignedUrls;

/// <summary>URLs on the thread of a window that waits for them, while the credentials have to be waited for.</summary>
public sealed class PresignWindowTests
{
    [Fact]
    public async Task Window_ThatWaits_HasWhatItAskedFor()
    {
        await using var bed = new PresignBed(new() { Share = 0 }, credentials: new LateCredentials());
        var urls = bed.Urls;
        Assert.True(WindowThread.Run(() =>
        {
            Assert.Contains("/clip.mp4?", urls.GetAsync("clip.mp4").AsTask().GetAwaiter().GetResult().Url, StringComparison.Ordinal);
            Assert.Equal(2, urls.WarmAsync(["a", "b"]).GetAwaiter().GetResult().Ready);
            Assert.False(urls.RotateAsync().GetAwaiter().GetResult().Rotated);
            urls.ForgetAsync("a").GetAwaiter().GetResult();
            urls.PurgeAsync().GetAwaiter().GetResult();
        }));
    }

    private sealed class LateCredentials : IS3Credentials
    {
        public ValueTask<S3Credentials?> GetAsync(CancellationToken cancellation) => new(Task.Run<S3Credentials?>(async () =>
        {
            await Task.Yield();
            return PresignBed.Key;
        }, cancellation));

        public S3Credentials? Held(DateTimeOffset now) => null;

        public void Reject(S3Credentials? credentials)
        {
        }
    }
}
