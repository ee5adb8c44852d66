using System.Text;
using Microsoft.Data.Sqlite;

namespace Sluice.Core.Disk;

/// <content>Objects that become rows again, so that what was used once does not take an object's memory until it is evicted.</content>
public sealed partial class DiskTier
{
    /// <summary>True once objects may become rows again: no earlier, because until then files are compared with what is known, and rows are only being read.</summary>
    internal bool LetsGo => indexRead && !disposed && sweep is { IsCompleted: true };

    /// <summary>False when the index certainly has no row of that key that nobody uses. No look at the file.</summary>
    internal bool MayHave(string key) => !rows.IsEmpty && rows.MayHave(RowTable.HashOf(key));

    /// <summary>Puts a row in an object's place, with its place in the order of eviction; the object can never be used again. False when it is in use, removed, or not yet wholly in the index file.</summary>
    internal bool TryGoBack(DiskObject target)
    {
        if (!LetsGo || !target.IsCommitted) return false;
        var key = Encoding.UTF8.GetBytes(target.Key);
        var row = new DiskRow(target.Id, target.Name, target.Identity, RowTable.HashOf(key), target.Length, target.LastUsed) { Scope = scopes.NumberOf(key), WasUsed = true, RowBytes = target.RowBytes, IsVerified = target.Body?.AreVerified(ChunksOf(target.Length)) ?? target.WasVerified };
        lock (index.Gate)
        {
            if (!space.TryGoBack(target, row)) return false;
            rows.Add(row);
            known.TryRemove(new(target.Name, target));
        }
        OpenFiles.Close(target);
        if (target.LastUsed != target.StoredLastUsed) writer.Add(new IndexChange(IndexChangeKind.Use, target));
        return true;
    }

    /// <summary>The row of an object as it is now; null when it is gone. Under the index's gate.</summary>
    private DiskObject? ReadAgain(DiskObject former)
    {
        try
        {
            foreach (var row in index.Find(former.Key))
                if (row.Id == former.Id) return new DiskObject(this, row);
            return null;
        }
        catch (SqliteException failure)
        {
            ReportIndex(failure);
            throw Unreadable(failure);
        }
    }

    private static IOException Unreadable(SqliteException failure) =>
        new($"The cache index could not be read ({failure.Message}). Restart the server: a damaged index is put aside then.", failure);
}
