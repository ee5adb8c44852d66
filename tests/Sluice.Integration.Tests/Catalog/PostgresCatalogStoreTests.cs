using Sluice.Catalog;
using Sluice.Catalog.Jobs;
using Sluice.Catalog.Storage;
using Sluice.Catalog.Videos;
using Sluice.TestKit.Processes;
using Sluice.TestKit.Time;

namespace Sluice.Integration.Tests.Catalog;

/// <summary>The contract of the catalog's rows (Sluice.Catalog.Tests) on a real PostgreSQL.</summary>
public sealed class PostgresCatalogStoreTests(PostgresServer server) : CatalogStoreContract, IClassFixture<PostgresServer>
{
    private string? address;

    internal override async Task<ICatalogDatabase> OpenAsync() => new ByTheTestsClock(await PostgresCatalog.OpenAsync(address ??= await server.CreateDatabaseAsync(), TimeProvider.System, default));

    [Fact]
    public async Task Tables_MadeByManyAtOnce_AreMadeOnce()
    {
        var database = await server.CreateDatabaseAsync();

        var opened = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => Task.Run(() => PostgresCatalog.OpenAsync(database, TimeProvider.System, default))));

        foreach (var one in opened) await one.DisposeAsync();
        Assert.Equal("1", await server.AskAsync(database, "SELECT count(*) FROM sluice_format"));
        Assert.Equal("id:uuid user_id:uuid title:character varying status:character varying original_url:text hls_url:text created_at:timestamp with time zone updated_at:timestamp with time zone",
            await server.AskAsync(database, "SELECT string_agg(column_name || ':' || data_type, ' ' ORDER BY ordinal_position) FROM information_schema.columns WHERE table_name = 'videos' AND ordinal_position <= 8"));
    }

    [Fact]
    public async Task Open_ANewerProgramsDatabase_IsRefused()
    {
        var database = await server.CreateDatabaseAsync();
        await (await PostgresCatalog.OpenAsync(database, TimeProvider.System, default)).DisposeAsync();
        await server.AskAsync(database, "UPDATE sluice_format SET version = 999");

        Assert.Contains("newer version", (await Assert.ThrowsAsync<IOException>(() => PostgresCatalog.OpenAsync(database, TimeProvider.System, default))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Open_ByARoleThatMayNotCreate_Works()
    {
        var database = await server.CreateDatabaseAsync();
        await (await PostgresCatalog.OpenAsync(database, TimeProvider.System, default)).DisposeAsync();
        var role = database.Split('/')[^1] + "_worker";
        await server.AskAsync(database, $"CREATE ROLE {role} LOGIN; GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role}; GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {role}");

        await (await PostgresCatalog.OpenAsync(database.Replace("sluice@", role + "@", StringComparison.Ordinal), TimeProvider.System, default)).DisposeAsync();
    }

    [Fact]
    public async Task Read_AfterTheDatabaseWasRestarted_Works()
    {
        var id = Guid.NewGuid();
        Assert.Null(await Store.FindAsync(id));

        await server.StopAsync();
        var reading = Store.FindAsync(id);
        await server.StartAsync();

        Assert.Null(await reading);
        Assert.Equal(0, await Store.LastEventAsync());
    }

    [Fact]
    public async Task Read_AfterTheOneOfSeveralServersThatRunsWasRestarted_Works()
    {
        var several = (await server.CreateDatabaseAsync()).Replace("@", $"@127.0.0.1:{FreePorts.Next()},", StringComparison.Ordinal);
        await using var database = await PostgresCatalog.OpenAsync(several, TimeProvider.System, default);

        await server.StopAsync();
        var reading = database.ReadAsync(session => session.QueryAsync($"SELECT count(*) FROM events", row => row.GetInt64(0), default), default);
        await server.StartAsync();

        Assert.Equal([0], await reading);
    }

    // A planned failover: the old primary goes on as a standby, and connections that were made to it meanwhile stay in the pool while its name leads to the new one.
    [Fact]
    public async Task Change_OverAConnectionToAStandby_IsMadeOverANewOne()
    {
        var video = await AddAsync("a");
        var name = address!.Split('/')[^1];
        var beside = address[..^name.Length] + "postgres";
        await server.AskAsync(beside, $"ALTER DATABASE {name} SET default_transaction_read_only = on");
        await server.AskAsync(beside, $"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'");
        Assert.NotNull(await Store.FindAsync(video.Id));
        await server.AskAsync(beside, $"ALTER DATABASE {name} RESET default_transaction_read_only");

        Assert.Equal("b", (await Store.ChangeAsync(video.Id, v => new(v with { Title = "b" })))!.Title);
    }

    // It took what others were working on, and what it held was nobody else's for a day after it had died.
    [Fact]
    public async Task Claim_ByAMachineWhoseClockIsADayAhead_GoesByTheDatabases()
    {
        using var meter = new CatalogMeter();
        await using var right = new CatalogStore(await PostgresCatalog.OpenAsync(address!, TimeProvider.System, default), meter, TimeProvider.System);
        await using var ahead = new CatalogStore(await PostgresCatalog.OpenAsync(address!, TimeProvider.System, default), meter, new ManualTimeProvider(TimeProvider.System.GetUtcNow().AddDays(1)));
        var video = await AddAsync("a");
        await right.ChangeAsync(video.Id, v => new(v with { Status = VideoStatus.Processing }) { Jobs = [new(JobKind.Transcode)] });
        var first = (await right.ClaimAsync("right", TimeSpan.FromMinutes(5)))!;

        Assert.Null(await ahead.ClaimAsync("ahead", TimeSpan.FromMinutes(5)));

        await right.EndAsync(first, "no answer", TimeSpan.Zero);
        Assert.NotNull(await ahead.ClaimAsync("ahead", TimeSpan.Zero));
        Assert.NotNull(await right.ClaimAsync("right", TimeSpan.FromMinutes(5)));
    }

    [Fact]
    public async Task Change_WhileAMachineStandsStillInTheMiddleOfOne_WaitsSecondsForIt()
    {
        var video = await AddAsync("a");
        await using var other = await OpenAsync();
        var (isHolding, goesOn) = (new TaskCompletionSource(), new TaskCompletionSource());
        var standing = other.WriteAsync(async session =>
        {
            await other.OrderEventsAsync(session, default);
            isHolding.TrySetResult();
            await goesOn.Task;
            return 0;
        }, default);
        await isHolding.Task;

        Assert.Equal("b", (await Store.ChangeAsync(video.Id, v => new(v with { Title = "b" })))!.Title);

        // Its transaction is over, and nothing of it was committed.
        goesOn.SetResult();
        await Assert.ThrowsAsync<IOException>(() => standing);
    }

    [Fact]
    public async Task Find_OfAServerThatStandsStill_EndsWhenNobodyWaitsAnyMore()
    {
        var video = await AddAsync("a");
        await server.FreezeAsync();
        try
        {
            using var leaving = new CancellationTokenSource();
            var reading = Store.FindAsync(video.Id, leaving.Token);
            var changing = Store.ChangeAsync(video.Id, v => new(v with { Title = "b" }), null, leaving.Token);
            await Eventually.PassAsync(TimeSpan.FromMilliseconds(200));

            var ending = Task.Run(leaving.Cancel);

            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading).WaitAsync(TimeSpan.FromSeconds(8), TimeProvider.System);
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => changing).WaitAsync(TimeSpan.FromSeconds(8), TimeProvider.System);
            await ending.WaitAsync(TimeSpan.FromSeconds(8), TimeProvider.System);
        }
        finally
        {
            await server.ThawAsync();
        }

        // It was given up before it was committed.
        Assert.True(await Eventually.HoldsAsync(async () => (await Store.FindAsync(video.Id))!.Title == "a", TimeSpan.FromSeconds(20)));
    }

    // The contract's tests set the time.
    private sealed class ByTheTestsClock(ICatalogDatabase inner) : ICatalogDatabase
    {
        public SqlText ForUpdate => inner.ForUpdate;

        public SqlText ForUpdateSkipLocked => inner.ForUpdateSkipLocked;

        public Task OrderEventsAsync(SqlSession session, CancellationToken cancellation) => inner.OrderEventsAsync(session, cancellation);

        public Task<DateTimeOffset?> NowAsync(SqlSession session, CancellationToken cancellation) => Task.FromResult<DateTimeOffset?>(null);

        public Task<T> ReadAsync<T>(Func<SqlSession, Task<T>> work, CancellationToken cancellation) => inner.ReadAsync(work, cancellation);

        public Task<T> WriteAsync<T>(Func<SqlSession, Task<T>> work, CancellationToken cancellation) => inner.WriteAsync(work, cancellation);

        public ValueTask DisposeAsync() => inner.DisposeAsync();
    }
}
