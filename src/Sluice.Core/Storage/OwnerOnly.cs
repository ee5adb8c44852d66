namespace Sluice.Core.Storage;

/// <summary>Makes what other users of the machine may not read: what was fetched with this user's credentials, and keys. What is there already keeps its permissions, which are its owner's choice.</summary>
public static class OwnerOnly
{
    private const UnixFileMode File = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Makes a folder, and those it is in, where they are missing.</summary>
    /// <exception cref="IOException">It cannot be made.</exception>
    /// <exception cref="UnauthorizedAccessException">Nor for lack of permission.</exception>
    public static void CreateDirectory(string path)
    {
        if (OperatingSystem.IsWindows()) Directory.CreateDirectory(path);
        else Directory.CreateDirectory(path, File | UnixFileMode.UserExecute);
    }

    /// <summary>Makes an empty file where it is missing, for somebody else to write. SQLite gives the files beside a database the same permissions.</summary>
    /// <exception cref="IOException">It cannot be made.</exception>
    /// <exception cref="UnauthorizedAccessException">Nor for lack of permission.</exception>
    public static void CreateFile(string path)
    {
        if (!System.IO.File.Exists(path) && !OperatingSystem.IsWindows())
            new FileStream(path, new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.Write, UnixCreateMode = File }).Dispose();
    }
}
