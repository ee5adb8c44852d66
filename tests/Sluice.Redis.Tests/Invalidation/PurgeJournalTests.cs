using System.Runtime.CompilerServices;
using Sluice.Core.Freshness;
using Sluice.Core.Objects;
using Sluice.Core.Tags;
using Sluice.Redis.Invalidation;

namespace Sluice.Redis.Tests.Invalidation;

public sealed class PurgeJournalTests
{
    private static readonly ObjectMetadata Metadata = new()
    {
        Status = 200,
        Headers = new HeaderList(),
        Version = new ObjectVersion("\"a\"", null, 1),
        Freshness = new ObjectFreshness { ReceivedAt = default },
        Tags = ["t"],
        Source = "/s",
    };

    [Theory]
    [InlineData(PurgeKind.Url, "/a", true)]
    [InlineData(PurgeKind.Url, "/a2", false)]
    [InlineData(PurgeKind.Prefix, "/", true)]
    [InlineData(PurgeKind.Prefix, "/b", false)]
    [InlineData(PurgeKind.Prefix, "/s", true)] // what was made from it, as where it is in memory and on disk
    [InlineData(PurgeKind.Tag, "t", true)]
    [InlineData(PurgeKind.Tag, "T", false)]
    [InlineData(PurgeKind.Source, "/s", true)]
    [InlineData(PurgeKind.Source, "/s/", false)]
    public void Purge_AfterTheFetch_Selects(PurgeKind kind, string value, bool expected)
    {
        var journal = new PurgeJournal();
        journal.Fill(LogPlace.Start, []);
        journal.TryAdd(new LogPlace(10, 0), new PurgeRequest(kind, value));
        Assert.Equal(expected, journal.HasPurgedSince(new LogPlace(9, 5), "/a", Metadata));
        Assert.False(journal.HasPurgedSince(new LogPlace(10, 0), "/a", Metadata));
        Assert.False(journal.TryAdd(new LogPlace(10, 0), new PurgeRequest(kind, value)));
    }

    [Fact]
    public void Purge_OfThisNodeWithoutAPlaceYet_CountsAgainstEverything()
    {
        var journal = new PurgeJournal();
        journal.Fill(LogPlace.Start, []);
        var purge = new PurgeRequest(PurgeKind.Url, "/a");
        journal.Begin(purge);
        Assert.True(journal.HasPurgedSince(new LogPlace(long.MaxValue, 0), "/a", Metadata));
        journal.TryAdd(new LogPlace(5, 1), purge);
        journal.End(purge);
        Assert.False(journal.HasPurgedSince(new LogPlace(5, 1), "/a", Metadata));
        Assert.True(journal.HasPurgedSince(new LogPlace(5, 0), "/a", Metadata));
    }

    [Fact]
    public void Remembered_NoMore_CountsAsPurged()
    {
        var journal = new PurgeJournal();
        journal.Fill(LogPlace.Start, []);
        for (var i = 1; i <= PurgeJournal.Remembered + 10; i++) journal.TryAdd(new LogPlace(i, 0), new PurgeRequest(PurgeKind.Url, "/other" + i));
        Assert.True(journal.HasPurgedSince(new LogPlace(9, 0), "/a", Metadata));
        Assert.False(journal.HasPurgedSince(new LogPlace(10, 0), "/a", Metadata));
        Assert.False(journal.TryAdd(new LogPlace(10, 0), new PurgeRequest(PurgeKind.Url, "/other10")));
    }

    [Fact]
    public void Remembered_OneUrlAgainAndAgain_KeepsTheOthersKnown()
    {
        var journal = new PurgeJournal();
        journal.Fill(LogPlace.Start, [(new LogPlace(1, 0), new PurgeRequest(PurgeKind.Url, "/form"))]);
        for (var i = 2; i <= PurgeJournal.Remembered + 1; i++) journal.TryAdd(new LogPlace(i, 0), new PurgeRequest(PurgeKind.Url, "/form"));
        Assert.False(journal.HasPurgedSince(LogPlace.Start, "/a", Metadata));
        Assert.True(journal.HasPurgedSince(new LogPlace(PurgeJournal.Remembered, 0), "/form", Metadata));
        Assert.False(journal.HasPurgedSince(new LogPlace(PurgeJournal.Remembered + 1, 0), "/form", Metadata));
    }

    // Eight thousand characters of a name are a client's to choose, and there are many clients.
    [Fact]
    public void Purge_OfALongName_IsKnownWithoutKeepingIt()
    {
        var journal = new PurgeJournal();
        var name = Add(journal);

        GC.Collect();
        Assert.False(name.IsAlive);
        journal.Fill(LogPlace.Start, [(new LogPlace(2, 0), new PurgeRequest(PurgeKind.Source, Long('s')))]);
        Assert.True(journal.HasPurgedSince(LogPlace.Start, Long('a'), Metadata));
        Assert.False(journal.HasPurgedSince(new LogPlace(1, 0), Long('a'), Metadata));
        Assert.True(journal.HasPurgedSince(new LogPlace(1, 0), "/a", Metadata with { Source = Long('s') }));
        Assert.False(journal.HasPurgedSince(LogPlace.Start, Long('b'), Metadata));

        static string Long(char last) => new string('/', 8000) + last;

        [MethodImpl(MethodImplOptions.NoInlining)]
        static WeakReference Add(PurgeJournal journal)
        {
            var name = Long('a');
            journal.TryAdd(new LogPlace(1, 0), new PurgeRequest(PurgeKind.Url, name));
            return new(name);
        }
    }

    [Fact]
    public void Fill_GivesWhatWasNotKnown_InAnyOrderOfHearing()
    {
        var journal = new PurgeJournal();
        var (first, second, third) = (new PurgeRequest(PurgeKind.Url, "/1"), new PurgeRequest(PurgeKind.Url, "/2"), new PurgeRequest(PurgeKind.Url, "/3"));
        journal.Fill(LogPlace.Start, [(new LogPlace(1, 0), first)]);
        journal.TryAdd(new LogPlace(3, 0), third);
        var added = journal.Fill(LogPlace.Start, [(new LogPlace(1, 0), first), (new LogPlace(2, 0), second), (new LogPlace(3, 0), third)]);
        Assert.Equal([(new LogPlace(2, 0), second)], added);
        Assert.Equal(new LogPlace(3, 0), journal.Last);
    }

    [Theory]
    [InlineData("1795249792628-3", 1795249792628, 3)]
    [InlineData("0-0", 0, 0)]
    [InlineData("nonsense", 0, 0)]
    [InlineData("", 0, 0)]
    [InlineData("-1-1", 0, 0)]
    public void Place_AnyText_IsReadOrTheStart(string text, long milliseconds, long number) => Assert.Equal(new LogPlace(milliseconds, number), LogPlace.Parse(text));
}
