using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;
using Sluice.Core.Disk;
using Sluice.Core.Sqlite;
using SQLitePCL;

namespace Sluice.Core.Tests.Sqlite;

public sealed class SqliteDatabaseTests : IDisposable
{
    private readonly string root = Directory.CreateTempSubdirectory("sluice-sqlite-").FullName;

    public void Dispose() => Directory.Delete(root, recursive: true);

    [Fact]
    public void LibraryVersion_IsOneThatHasWhatWeUse() => Assert.True(Version.Parse(SqliteDatabase.LibraryVersion) >= new Version(3, 24), SqliteDatabase.LibraryVersion);

    [Fact]
    public void LibraryVersion_WithTheSystemsLibraryInstalled_IsTheSystems()
    {
        Assert.SkipUnless(System.Runtime.InteropServices.NativeLibrary.TryLoad("libsqlite3.so.0", out var handle), "libsqlite3.so.0 is not installed");
        using var database = SqliteDatabase.Open(Path.Combine(root, "a.db"));
        unsafe
        {
            var version = (delegate* unmanaged<byte*>)System.Runtime.InteropServices.NativeLibrary.GetExport(handle, "sqlite3_libversion");
            Assert.Equal(System.Runtime.InteropServices.Marshal.PtrToStringUTF8((nint)version()), database.ServerVersion);
        }
    }

    [Fact]
    public void Open_Settings_AreOurs()
    {
        using var database = SqliteDatabase.Open(Path.Combine(root, "a.db"));
        Assert.Equal(1, database.ReadInteger("PRAGMA synchronous"));
        Assert.Equal(1, database.ReadInteger("PRAGMA foreign_keys"));
        Assert.Equal(5000, database.ReadInteger("PRAGMA busy_timeout"));
        using var mode = database.Prepare("PRAGMA journal_mode");
        Assert.Equal("wal", mode.ExecuteScalar());
    }

    [Fact]
    public void BeginWrite_CommitThatSqliteRollsBackItself_ThrowsThatAndLeavesTheConnectionUsable()
    {
        using var database = SqliteDatabase.Open(Path.Combine(root, "a.db"));
        database.Execute("CREATE TABLE t (data BLOB)");
        // What a full disk does to a COMMIT, with another number.
        raw.sqlite3_commit_hook(database.Handle, _ => 1, null);
        Assert.Equal(19, Assert.Throws<SqliteException>(() => Insert(database, 1)).SqliteErrorCode);
        raw.sqlite3_commit_hook(database.Handle, null, null);
        Insert(database, 1);
        Assert.Equal(1, database.ReadInteger("SELECT count(*) FROM t"));
    }

    [Fact]
    public void BeginWrite_FileThatIsFull_ThrowsThatAndLeavesTheConnectionUsable()
    {
        using var database = SqliteDatabase.Open(Path.Combine(root, "a.db"));
        database.Execute("CREATE TABLE t (data BLOB); PRAGMA max_page_count = 4");
        Assert.Equal(13, Assert.Throws<SqliteException>(() => Insert(database, 100_000)).SqliteErrorCode);
        database.Execute("PRAGMA max_page_count = 1000");
        Insert(database, 100_000);
        Assert.Equal(1, database.ReadInteger("SELECT count(*) FROM t"));
    }

    [Fact]
    public void BeginWrite_FailureOfAnotherKind_ThrowsThatAndUndoesWhatWasDone()
    {
        using var database = SqliteDatabase.Open(Path.Combine(root, "a.db"));
        database.Execute("CREATE TABLE t (data BLOB)");
        Assert.Throws<InvalidOperationException>(void () =>
        {
            using var transaction = database.BeginWrite();
            database.Execute("INSERT INTO t VALUES (1)");
            throw new InvalidOperationException();
        });
        Assert.Equal(0, database.ReadInteger("SELECT count(*) FROM t"));
        Insert(database, 1);
        Assert.Equal(1, database.ReadInteger("SELECT count(*) FROM t"));
    }

    [Fact]
    public void FormatOpen_NewFileThatCannotBeCommitted_SaysWhyAndCanBeOpenedLater()
    {
        var format = new SqliteFormat("test file", 1, 1, "CREATE TABLE t (data BLOB)", "SELECT count(*) FROM t");
        var path = Path.Combine(root, "a.db");
        var failure = Assert.Throws<IOException>(() => format.Open(path, default, NullLogger.Instance, database => raw.sqlite3_commit_hook(database.Handle, _ => 1, null)));
        Assert.Equal(19, Assert.IsType<SqliteException>(failure.InnerException).SqliteErrorCode);
        Assert.False(File.Exists(path + ".damaged-1"));
        format.Open(path, default, NullLogger.Instance).Dispose();
    }

    [Fact]
    public void FormatOpen_FileOfAnotherPartOfTheProgram_IsRefusedAndStays()
    {
        var path = Path.Combine(root, "index.db");
        Format(0x534C5544).Open(path, default, NullLogger.Instance).Dispose();
        Assert.Contains("another cache directory", Assert.Throws<IOException>(() => Format(0x534C554B).Open(path, default, NullLogger.Instance)).Message, StringComparison.Ordinal);
        Assert.Contains("another cache directory", Assert.Throws<IOException>(() => new IndexFile(root, 1024, NullLogger.Instance).Open()).Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(root, "*.damaged-*"));
        Format(0x534C5544).Open(path, default, NullLogger.Instance).Dispose();

        static SqliteFormat Format(int id) => new("test file", id, 1, "CREATE TABLE t (data BLOB)", "SELECT count(*) FROM t");
    }

    private static void Insert(SqliteConnection database, int bytes)
    {
        using var transaction = database.BeginWrite();
        database.Execute($"INSERT INTO t VALUES (zeroblob({bytes}))");
        transaction.Commit();
    }
}
