using System.Runtime.CompilerServices;
using System.Runtime.Versioning;
using Microsoft.Data.Sqlite;
using Sluice.Core.Sqlite;
using Sluice.TestKit.Processes;
using SQLitePCL;

namespace Sluice.Catalog.Storage;

public sealed class SqliteCatalogStoreTests : CatalogStoreContract
{
    private readonly TemporaryFolder folder = new();

    internal override Task<ICatalogDatabase> OpenAsync() => Task.FromResult<ICatalogDatabase>(SqliteCatalog.Open(folder.FileOf("catalog.db")));

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        folder.Dispose();
    }

    // The key of upload URLs is in it.
    [Fact]
    [SupportedOSPlatform("linux")]
    public async Task Open_NewFile_IsItsOwnersAlone()
    {
        var file = Path.Combine(folder.Path, "catalog", "new.db");

        await using var catalog = SqliteCatalog.Open(file);

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(Path.GetDirectoryName(file)!));
        foreach (var each in (string[])[file, file + "-wal"]) Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(each));
    }

    [Fact]
    public void Open_AFileThatIsNoDatabase_SaysWhatToDo()
    {
        var file = folder.Write("bad.db", new string('x', 5000));

        Assert.Contains("--catalog", Assert.Throws<IOException>(() => SqliteCatalog.Open(file)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Write_WhileTheFileIsFull_FailsAndGoesOnOnceThereIsRoom()
    {
        await using var catalog = SqliteCatalog.Open(folder.FileOf("full.db"));
        Writer(catalog).Execute($"PRAGMA max_page_count = {Writer(catalog).ReadInteger("PRAGMA page_count")}");
        Assert.Equal(13, await FailureAsync(() => PutAsync(catalog, "a")));
        Writer(catalog).Execute("PRAGMA max_page_count = 100000");
        Assert.Equal(1, await PutAsync(catalog, "a"));
    }

    [Fact]
    public async Task Write_CommitThatFails_FailsAndGoesOnAfterwards()
    {
        await using var catalog = SqliteCatalog.Open(folder.FileOf("full.db"));
        // What a full disk does to a COMMIT, with another number.
        raw.sqlite3_commit_hook(Writer(catalog).Handle, _ => 1, null);
        for (var i = 0; i < 3; i++) Assert.Equal(19, await FailureAsync(() => PutAsync(catalog, "a")));
        raw.sqlite3_commit_hook(Writer(catalog).Handle, null, null);
        Assert.Equal(1, await PutAsync(catalog, "a"));
    }

    [Fact]
    public async Task DisposeAsync_AfterACommitThatFailed_EndsQuietly()
    {
        var catalog = SqliteCatalog.Open(folder.FileOf("full.db"));
        raw.sqlite3_commit_hook(Writer(catalog).Handle, _ => 1, null);
        await FailureAsync(() => PutAsync(catalog, "a"));
        await catalog.DisposeAsync();
    }

    [Theory]
    [InlineData("postgres://me:secret@db.example:5433/videos", "db.example", 5433, "videos")]
    [InlineData("postgresql://me@localhost/v?sslmode=require", "localhost", 5432, "v")]
    [InlineData("postgres://me@db.example/v?connect_timeout=3&application_name=x&channel_binding=require&target_session_attrs=read-write&sslmode=verify-full&sslrootcert=/ca.pem", "db.example", 5432, "v")]
    [InlineData("postgres:///v?host=/run/postgresql&port=5433&user=me", "/run/postgresql", 5433, "v")]
    [InlineData("Host=h;Port=1;Database=d;Username=u", "h", 1, "d")]
    [InlineData("Host=h;Database=d;Username=u;Target Session Attributes=primary", "h", 5432, "d")]
    [InlineData("postgres://me:secret@db1:5433,[::1]:5434,db3/v?target_session_attrs=read-write", "db1:5433,[::1]:5434,db3", 5432, "v")]
    [InlineData("postgres://db1,db2/v", "db1,db2", 5432, "v")]
    public void PostgresAddress_EitherForm_IsRead(string address, string host, int port, string name)
    {
        var read = new Npgsql.NpgsqlConnectionStringBuilder(PostgresAddress.Read(address));

        Assert.Equal((host, port, name, 25), (read.Host, read.Port, read.Database, read.MaxPoolSize));
        // A catalog writes. Npgsql takes no wish of the kind for one server.
        Assert.Equal(host.Contains(',', StringComparison.Ordinal) ? "read-write" : null, read.TargetSessionAttributes);
        Npgsql.NpgsqlDataSource.Create(read).Dispose();
    }

    [Theory]
    [InlineData("postgres://secret@")]
    [InlineData("postgres://me:secret@localhost/v?nonsense=secret")]
    [InlineData("postgres://me:secret@localhost/v?connect_timeout=secret")]
    [InlineData("Nonsense=secret")]
    [InlineData("Host=h;Port=99999;Password=secret")]
    [InlineData("Host=a,b;Password=secret;Target Session Attributes=somewhere")]
    [InlineData("postgres://me:secret@a,b/v?minpoolsize=30")]
    [InlineData("postgres://me:secret,a/b@h/v")]
    [InlineData("Host=a:secret,b:99999999999;Database=d")]
    [InlineData("postgres://me:secret@a,b:65536/v")]
    [InlineData("postgres://me:secret@[::1]:65536,b/v")]
    public void PostgresAddress_Wrong_IsRefusedWithoutShowingIt(string address) =>
        Assert.DoesNotContain("secret", Assert.Throws<ArgumentException>(() => PostgresAddress.Read(address)).Message, StringComparison.Ordinal);

    private static Task<int> PutAsync(SqliteCatalog catalog, string name) =>
        catalog.WriteAsync(session => session.ExecuteAsync($"INSERT INTO settings VALUES ({name}, {new string('x', 50_000)})", TestContext.Current.CancellationToken), TestContext.Current.CancellationToken);

    private static async Task<int> FailureAsync(Func<Task> work) =>
        Assert.IsType<SqliteException>((await Assert.ThrowsAsync<IOException>(work)).InnerException).SqliteErrorCode;

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "writer")]
    private static extern ref SqliteConnection Writer(SqliteCatalog catalog);
}
