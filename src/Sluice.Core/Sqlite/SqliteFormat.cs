using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;
using Sluice.Core.Storage;

namespace Sluice.Core.Sqlite;

/// <summary>A kind of database file that several processes may share: how it is told from others, made, and put aside when it is damaged.</summary>
/// <param name="Noun">What it is called in messages, such as "key-value file".</param>
/// <param name="ApplicationId">Number in the file's header that tells it from other programs' files.</param>
/// <param name="Version">Version of the tables; a file with a higher one is never touched.</param>
/// <param name="Schema">Statements that make the tables.</param>
/// <param name="Probe">A query that looks at every table, so that a missing one shows when the file is opened.</param>
public sealed record SqliteFormat(string Noun, int ApplicationId, int Version, string Schema, string Probe)
{
    /// <summary>Opens or creates a file, and the folder it is in; a damaged one is moved aside first.</summary>
    /// <param name="path">The file.</param>
    /// <param name="damaged">Event of the log line that tells of damage.</param>
    /// <param name="logger">Told of damage.</param>
    /// <param name="created">Called in the transaction that makes the tables.</param>
    /// <param name="thorough">Look at every page, because damage has shown: a file may open well and be damaged further in.</param>
    /// <exception cref="IOException">It cannot be used; the message says what to do.</exception>
    public SqliteConnection Open(string path, EventId damaged, ILogger logger, Action<SqliteConnection>? created = null, bool thorough = false)
    {
        try
        {
            OwnerOnly.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
            return Connect(path, created, thorough);
        }
        catch (SqliteException failure) when (failure.IsDamage())
        {
            return Repair(path, damaged, logger, created, thorough);
        }
        catch (Exception failure) when (failure is SqliteException or UnauthorizedAccessException)
        {
            throw Unusable(path, failure);
        }
    }

    /// <summary>Puts a damaged file aside, and says so.</summary>
    public void MoveAside(string path, string reason, EventId damaged, ILogger logger)
    {
        var number = SqliteDatabase.MoveAside(path);
        logger.LogWarning(damaged, "The {Noun} was damaged ({Reason}) and is now {File}.damaged-{Number}; a new one is empty. The old one can be deleted", Noun, reason, Path.GetFileName(path), number);
    }

    private SqliteConnection Connect(string path, Action<SqliteConnection>? created, bool thorough)
    {
        // Also where a damaged one was: some hold URLs that are as good as keys.
        OwnerOnly.CreateFile(path);
        var connection = SqliteDatabase.Open(path);
        try
        {
            connection.RefuseOthers(path, ApplicationId);
            if (connection.ReadInteger("PRAGMA user_version") == 0) Create(connection, created);
            var version = connection.ReadInteger("PRAGMA user_version");
            if (version > Version)
                throw new IOException($"The {Noun} {path} was written by a newer version of this program (format {version}; this one knows {Version}). Start the newer version, or move the file away.");
            if (connection.ReadInteger("PRAGMA application_id") != ApplicationId) throw NotOurs();
            connection.ReadInteger(Probe);
            if (thorough && connection.ReadInteger("SELECT count(*) FROM pragma_quick_check(1) WHERE quick_check <> 'ok'") > 0) throw new SqliteException("it is malformed", SqliteDatabase.Corrupt);
            return connection;
        }
        catch (SqliteException failure) when (failure.SqliteErrorCode == 1)
        {
            // A statement that fails on a good file: tables are missing or other than ours.
            connection.Dispose();
            throw new SqliteException(failure.Message, SqliteDatabase.NotADatabase);
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    // Under the write lock, and looked at once more inside: another process may be creating it too.
    private void Create(SqliteConnection connection, Action<SqliteConnection>? created)
    {
        using var transaction = connection.BeginWrite();
        if (connection.ReadInteger("PRAGMA user_version") == 0)
        {
            if (connection.ReadInteger("SELECT count(*) FROM sqlite_master") > 0) throw NotOurs();
            connection.Execute(Schema);
            connection.Execute($"PRAGMA application_id = {ApplicationId}; PRAGMA user_version = {Version}");
            created?.Invoke(connection);
        }
        transaction.Commit();
    }

    // One process at a time, and looked at once more: another may have put the damaged file aside, and its new one must stay.
    private SqliteConnection Repair(string path, EventId damaged, ILogger logger, Action<SqliteConnection>? created, bool thorough)
    {
        try
        {
            using var alone = new FileStream(path + ".repair", FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, 1);
            try
            {
                return Connect(path, created, thorough);
            }
            catch (SqliteException failure) when (failure.IsDamage())
            {
                MoveAside(path, failure.Message, damaged, logger);
            }
            return Connect(path, created, thorough);
        }
        catch (Exception failure) when (failure is SqliteException or UnauthorizedAccessException)
        {
            throw Unusable(path, failure);
        }
    }

    private SqliteException NotOurs() => new($"it is no {Noun}", SqliteDatabase.NotADatabase);

    private IOException Unusable(string path, Exception failure) =>
        new($"The {Noun} {path} cannot be used ({failure.Message}). Check its permissions and free space, or choose another place.", failure);
}
