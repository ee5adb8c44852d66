using Sluice.Core.Sqlite;

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
}
