using Microsoft.Data.Sqlite;
using Sluice.Core.Sqlite;
using Sluice.S3.Downloads;

namespace Sluice.S3.Tests.Downloads;

/// <summary>A process that has the lock of the index and stands still, as one that was stopped (Ctrl-Z) does.</summary>
public sealed class DownloadLockTests : IAsyncDisposable
{
    private static readonly string Key = DownloadKey.Of("s3://media/clip.mp4", null);
    private readonly DownloadBed bed = new();

    public ValueTask DisposeAsync() => bed.DisposeAsync();

    // Each waited for five seconds, one after the other: a hundred files took ten minutes.
    [Fact]
    public async Task Fetch_WhileAnotherProcessKeepsTheLock_IsNotHeldUpOnceSomebodyWaitedInVain()
    {
        var bytes = bed.Put("clip.mp4", 1, 1000);
        bed.Store().Dispose();
        await using var cache = bed.Open();
        using (Lock(bed.Root))
            Assert.Equal(S3DownloadOutcome.Bypass, (await cache.FetchAsync("s3://media/clip.mp4", cancellation: TestContext.Current.CancellationToken)).Outcome);

        // It is free again, which nobody looks at for a while: so nobody waited for it, either.
        var past = await cache.FetchAsync("s3://media/clip.mp4", cancellation: TestContext.Current.CancellationToken);
        Assert.Equal(S3DownloadOutcome.Bypass, past.Outcome);
        Assert.Equal(bytes, await File.ReadAllBytesAsync(past.Path, TestContext.Current.CancellationToken));
        Assert.StartsWith("Another process keeps the index", Assert.Single(bed.Log.Warnings), StringComparison.Ordinal);

        bed.Clock.Advance(TimeSpan.FromSeconds(15));
        Assert.Equal(S3DownloadOutcome.Miss, (await cache.FetchAsync("s3://media/clip.mp4", cancellation: TestContext.Current.CancellationToken)).Outcome);
    }

    // What could not be taken out of the index was waited for, by this process and all others, for as long as this one ran.
    [Fact]
    public void Abandon_WhileTheIndexCannotBeWritten_IsMadeUpFor()
    {
        using var store = bed.Store();
        using var other = bed.Store();
        Assert.True(store.TryBegin(Key));
        Fail(store, () => store.Abandon(Key));
        Assert.True(store.TryBegin(Key));
        Fail(store, () => store.Abandon(Key));
        Assert.False(other.TryBegin(Key));
        store.EndAbandoned();
        Assert.True(other.TryBegin(Key));
    }

    // A file that was packed is out of the list already; what was noted of it would have ended the next download of the same object.
    [Fact]
    public void EndAbandoned_OfADownloadBegunSince_LeavesIt()
    {
        using var store = bed.Store();
        Fail(store, () => store.Abandon(Key));

        Assert.True(store.TryBegin(Key));

        store.EndAbandoned();
        Assert.True(store.IsUnderWay(Key));
    }

    // As on a disk that is full.
    private static void Fail(DownloadStore store, Action write)
    {
        store.Index.Write(connection => connection.Execute("ALTER TABLE flights RENAME TO away"));
        Assert.Throws<SqliteException>(write);
        store.Index.Write(connection => connection.Execute("ALTER TABLE away RENAME TO flights"));
    }

    private static SqliteConnection Lock(string directory)
    {
        var connection = SqliteDatabase.Open(Path.Combine(directory, "index.db"));
        connection.Execute("BEGIN IMMEDIATE");
        return connection;
    }
}
