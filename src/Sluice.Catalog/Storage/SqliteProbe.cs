using Microsoft.Data.Sqlite;
using Sluice.Catalog.Videos;
using Sluice.Core.Sqlite;

namespace Sluice.Catalog.Storage;

/// <summary>A look at a catalog's SQLite file, which leaves it as it is.</summary>
public static class SqliteProbe
{
    /// <summary>Whether there are videos in it of which files were uploaded; false also where there is no such file yet.</summary>
    /// <exception cref="IOException">A catalog cannot use it; the message says what to do.</exception>
    public static bool HasFiles(string path)
    {
        if (!File.Exists(path)) return false;
        try
        {
            using var connection = SqliteDatabase.Open(path);
            return SqliteCatalog.VersionOf(connection, path) > 0
                && connection.ReadInteger("SELECT count(*) FROM videos WHERE status IN (?1, ?2)", VideoStatusText.Write(VideoStatus.Ready), VideoStatusText.Write(VideoStatus.Processing)) > 0;
        }
        catch (SqliteException e)
        {
            throw SqliteCatalog.Unusable(path, e);
        }
    }
}
