using Sluice.Catalog.Storage;

namespace Sluice.Integration.Tests.Catalog;

public sealed class PostgresProbeTests(PostgresServer postgres) : IClassFixture<PostgresServer>
{
    [Fact]
    public async Task Run_ADatabase_TellsWhatIsThereAndLeavesIt()
    {
        var database = await postgres.CreateDatabaseAsync();

        Assert.Matches(@"^PostgreSQL \d.* answers in [\d.]+ ms; the tables are made by the first start$", await ProbeAsync(database));
        Assert.Equal("f", (await postgres.AskAsync(database, "SELECT to_regclass('sluice_format') IS NOT NULL")).Trim());
        await (await PostgresCatalog.OpenAsync(database, TimeProvider.System, TestContext.Current.CancellationToken)).DisposeAsync();
        Assert.Matches(@"^PostgreSQL \d.* answers in [\d.]+ ms$", await ProbeAsync(database));
        await postgres.AskAsync(database, "UPDATE sluice_format SET version = 999");
        Assert.Contains("newer version", await ProblemAsync(database), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_WhatACatalogCannotUse_SaysWhy()
    {
        var database = await postgres.CreateDatabaseAsync();
        await postgres.AskAsync(database, "CREATE ROLE reader LOGIN");
        Assert.Contains("may not create them", await ProblemAsync(database.Replace("sluice@", "reader@", StringComparison.Ordinal)), StringComparison.Ordinal);
        Assert.Equal("role \"nobody\" does not exist", await ProblemAsync(database.Replace("sluice@", "nobody:hunter2@", StringComparison.Ordinal)));
        Assert.Equal("database \"none\" does not exist", await ProblemAsync(database[..database.LastIndexOf('/')] + "/none"));
    }

    private static Task<string> ProbeAsync(string database) => PostgresProbe.RunAsync(database, TimeProvider.System, TestContext.Current.CancellationToken);

    private static async Task<string> ProblemAsync(string database) => (await Assert.ThrowsAsync<IOException>(() => ProbeAsync(database))).Message;
}
