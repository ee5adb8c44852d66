namespace Sluice.Core.Disk;

/// <summary>Deletes body files that no object has: left by a process that was killed, or by an index that was lost.</summary>
internal static class OrphanSweep
{
    /// <summary>Looks at every file under <paramref name="root"/> that was written before <paramref name="before"/>; how many were deleted. Files with other names are left alone.</summary>
    public static int Run(string root, DateTime before, Func<BodyName, bool> isKnown, CancellationToken cancellation)
    {
        var deleted = 0;
        if (!Directory.Exists(root)) return 0;
        foreach (var file in new DirectoryInfo(root).EnumerateFiles("*", new EnumerationOptions { RecurseSubdirectories = true, MaxRecursionDepth = 1, AttributesToSkip = FileAttributes.ReparsePoint }))
        {
            cancellation.ThrowIfCancellationRequested();
            if (!BodyName.TryParse(file.Name, out var name) || isKnown(name) || file.LastWriteTimeUtc >= before) continue;
            try
            {
                file.Delete();
                deleted++;
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
            {
                // It is tried again at the next start; one stubborn file must not keep the others.
            }
        }
        return deleted;
    }
}
