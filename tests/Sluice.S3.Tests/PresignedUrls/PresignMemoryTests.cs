using Sluice.S3.PresignedUrls;
using Sluice.S3.Signing;
using Sluice.TestKit.Time;

namespace Sluice.S3.Tests.PresignedUrls;

public sealed class PresignMemoryTests
{
    private readonly ManualTimeProvider clock = new();

    [Fact]
    public void Put_ForgottenAndSignedAgain_KeepsTheQueueShortAndTheBound()
    {
        var memory = new PresignMemory(maximumEntries: 100, readyUrls: 1, clock);
        for (var i = 0; i < 50; i++) memory.Put(Key($"kept{i}"), Entry());
        for (var i = 0; i < 100_000; i++)
        {
            memory.Remove("a");
            memory.Put(Key("a"), Entry());
            Assert.InRange(memory.Queued, 51, (2 * 51) + 1025);
        }
        Assert.Equal(51, memory.Count);
        Assert.NotNull(memory.Find(Key("kept0")));
        // What was in the queue still leaves.
        for (var i = 0; i < 1000; i++) memory.Put(Key($"b{i}"), Entry());
        Assert.Equal(100, memory.Count);
        Assert.Null(memory.Find(Key("kept0")) ?? memory.Find(Key("a")));
    }

    private static PresignKey Key(string path) => new(path, PresignOptions.Default);

    private PresignEntry Entry()
    {
        var now = clock.GetUtcNow();
        return new(new PresignTerm(now, TimeSpan.FromHours(1), now.AddMinutes(50), now.AddMinutes(54), false), new S3Credentials("AKID", "secret"), new string('0', 64), long.MaxValue, 0);
    }
}
