using Microsoft.Win32.SafeHandles;
using Sluice.Core.Origins;

namespace Sluice.Edge.Origins;

/// <summary>The bytes [start, end) of one open file. A file replaced under its name is read on as it was; one rewritten in place fails the read that would mix two contents.</summary>
internal sealed class FolderBody(SafeFileHandle handle, string origin, FileStatus expected, long start, long end) : BodyStream
{
    private long position = start;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (position == end || buffer.IsEmpty) return 0;
        if (buffer.Length > end - position) buffer = buffer[..(int)(end - position)];
        int count;
        FileStatus now;
        try
        {
            count = await RandomAccess.ReadAsync(handle, buffer, position, cancellationToken);
            // Afterwards, not before: a write first moves the modification time, then the bytes.
            now = LinuxFiles.Status(handle);
        }
        catch (IOException failure)
        {
            throw new OriginException(OriginFailure.Truncated, $"Folder {origin}: a file could not be read on: {failure.Message}", failure);
        }
        if (now.Length < end) throw new OriginException(OriginFailure.Truncated, $"Folder {origin}: a file was cut short while it was read.");
        if (count == 0 || now.ModifiedAt != expected.ModifiedAt || now.Length != expected.Length)
            throw new OriginException(OriginFailure.Changed, $"Folder {origin}: a file changed while it was read.");
        position += count;
        return count;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing) handle.Dispose();
        base.Dispose(disposing);
    }
}
