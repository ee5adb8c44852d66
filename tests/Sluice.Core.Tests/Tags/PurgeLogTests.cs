using System.Globalization;
using System.Runtime.CompilerServices;
using Sluice.Core.Freshness;
using Sluice.Core.Objects;
using Sluice.Core.Tags;

namespace Sluice.Core.Tests.Tags;

public sealed class PurgeLogTests
{
    /// <summary>Against a list of all purges: never stored when one selects it; and stored when none does, as long as the log remembers.</summary>
    [Theory]
    [InlineData(1, 900, true)]
    [InlineData(2, 60_000, false)]
    public void Commit_AfterAnyPurges_IsAsTheListOfThemSays(int seed, int purges, bool isAllRemembered)
    {
        var random = new Random(seed);
        var log = new PurgeLog();
        List<PurgeRequest> all = [];
        var stored = 0;
        for (var i = 0; i < purges; i++)
        {
            var purge = new PurgeRequest((PurgeKind)random.Next(4), Name(random));
            all.Add(purge);
            log.Add(purge, () => { });
            if (i % 50 > 0 && !isAllRemembered) continue;

            var fence = Math.Max(0, all.Count - random.Next(random.Next(2) == 0 ? 20 : all.Count + 1));
            var (target, metadata) = (Name(random), Metadata(Name(random), Name(random)));
            var isSelected = all.Skip(fence).Any(since => since.Selects(target, metadata));
            var isStored = log.TryCommit(fence, target, metadata, () => true);
            if (isAllRemembered || isSelected) Assert.Equal(!isSelected, isStored);
            stored += isStored ? 1 : 0;
        }

        Assert.InRange(stored, 1, purges);
        Assert.Equal(purges, log.Sequence);
    }

    [Fact]
    public void Commit_AfterThousandsOfChangesOfOtherUrls_IsDone()
    {
        var log = new PurgeLog();
        log.Add(new PurgeRequest(PurgeKind.Prefix, "/other"), () => { });
        for (var i = 0; i < 10_000; i++) log.Add(new PurgeRequest(PurgeKind.Url, "/other" + i.ToString(CultureInfo.InvariantCulture)), () => { });
        Assert.True(log.TryCommit(0, "/a", Metadata("/a", "t"), () => true));
        Assert.False(log.TryCommit(0, "/other7", Metadata("/other7", "t"), () => true));
    }

    // Eight thousand characters of a name are a client's to choose, and there are many clients.
    [Fact]
    public void Commit_AfterAPurgeOfALongName_KnowsItWithoutKeepingIt()
    {
        var log = new PurgeLog();
        var name = Add(log);

        GC.Collect();
        Assert.False(name.IsAlive);
        Assert.False(log.TryCommit(0, Long('a'), Metadata("/a", "t"), () => true));
        Assert.True(log.TryCommit(0, Long('b'), Metadata("/a", "t"), () => true));

        static string Long(char last) => new string('/', 8000) + last;

        [MethodImpl(MethodImplOptions.NoInlining)]
        static WeakReference Add(PurgeLog log)
        {
            var name = Long('a');
            log.Add(new PurgeRequest(PurgeKind.Url, name), () => { });
            return new(name);
        }
    }

    private static string Name(Random random) => "/" + random.Next(random.Next(3) == 0 ? 200_000 : 300).ToString(CultureInfo.InvariantCulture);

    private static ObjectMetadata Metadata(string source, string tag) => new()
    {
        Status = 200,
        Headers = new HeaderList(),
        Version = new ObjectVersion("\"a\"", null, 1),
        Freshness = new ObjectFreshness { ReceivedAt = default },
        Tags = [tag],
        Source = source,
    };
}
