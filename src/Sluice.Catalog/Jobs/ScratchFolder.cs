using Sluice.Core.Storage;

namespace Sluice.Catalog.Jobs;

/// <summary>A folder for one attempt at a job. A lock beside it says that it is in use, for as long as its process lives: what killed ones left behind is found by that, whoever does their jobs now.</summary>
internal sealed class ScratchFolder : IDisposable
{
    private const string LockEnding = ".lock";

    private readonly FileStream held;

    /// <summary>Makes one under <paramref name="parent"/>, and deletes those that nobody uses any more.</summary>
    /// <exception cref="IOException">The folder cannot be written.</exception>
    public ScratchFolder(string parent, string name)
    {
        OwnerOnly.CreateDirectory(parent);
        foreach (var left in Directory.GetDirectories(parent)) Sweep(left);
        Path = System.IO.Path.Combine(parent, name);
        held = Hold(Path);
        Directory.CreateDirectory(Path);
    }

    /// <summary>Where it is.</summary>
    public string Path { get; }

    public void Dispose()
    {
        Remove(Path);
        held.Dispose();
    }

    /// <summary>Bytes that can still be written to a folder; of one that does not tell, as many as anybody wants.</summary>
    public static long Room(string folder)
    {
        try
        {
            return new DriveInfo(System.IO.Path.GetFullPath(folder)).AvailableFreeSpace;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // What is wrong with it is told when it is written to.
            return long.MaxValue;
        }
    }

    private static FileStream Hold(string folder) => new(folder + LockEnding, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, 1, FileOptions.DeleteOnClose);

    private static void Sweep(string folder)
    {
        try
        {
            using (Hold(folder)) Remove(folder);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Somebody works there.
        }
    }

    private static void Remove(string folder)
    {
        try
        {
            Directory.Delete(folder, recursive: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Gone already, or still written to by a child that is about to end; whoever comes next sweeps again.
        }
    }
}
