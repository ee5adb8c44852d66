using System.Diagnostics;
using System.Reflection;
using Microsoft.Data.Sqlite;
using Sluice.Core.Sqlite;
using SQLitePCL;

namespace Sluice.Core.Tests.Sqlite;

/// <summary>In a process of its own, for the library is chosen once: an app that has SQLite open already, as one that migrates its database before it starts.</summary>
public class SqliteProviderTests
{
    private const string IsApp = "SLUICE_TEST_SQLITE_APP";

    [Fact]
    public async Task Open_InAnAppThatUsesSqlite_UsesTheAppsLibrary()
    {
        if (Environment.GetEnvironmentVariable(IsApp) is not null)
        {
            RunApp();
            return;
        }

        string[] run = ["-method", $"{typeof(SqliteProviderTests).FullName}.{nameof(Open_InAnAppThatUsesSqlite_UsesTheAppsLibrary)}"];
        var start = new ProcessStartInfo(Environment.ProcessPath!, Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet" ? [Assembly.GetExecutingAssembly().Location, .. run] : run) { RedirectStandardOutput = true };
        start.Environment[IsApp] = "1";
        using var app = Process.Start(start)!;
        var told = await app.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await app.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(app.ExitCode == 0, $"It ended with {app.ExitCode}: {told}");
    }

    private static void RunApp()
    {
        // What Microsoft.Data.Sqlite does with the bundle it comes with.
        raw.SetProvider(new SQLite3Provider_e_sqlite3());
        using var theirs = new SqliteConnection("Data Source=:memory:");
        theirs.Open();
        theirs.Execute("CREATE TABLE t (k INTEGER, v BLOB)");
        using var ours = SqliteDatabase.Open(":memory:");
        Assert.Equal(theirs.ServerVersion, ours.ServerVersion);
        using var command = ours.Prepare("SELECT 7, x'0102'");
        using var rows = command.ExecuteReader();
        Assert.True(rows.Read());
        Assert.Equal(7, SqliteColumns.Integer(rows.Handle!, 0));
        Assert.Equal([1, 2], SqliteColumns.Bytes(rows.Handle!, 1).ToArray());
        // The first use of some functions: they are to be those of the library that opened it.
        theirs.Execute("INSERT INTO t VALUES (1, zeroblob(10))");
        using (var blob = new SqliteBlob(theirs, "t", "v", 1)) Assert.Equal(10, blob.Length);
    }
}
