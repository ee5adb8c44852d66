using System.Reflection;
using System.Runtime.InteropServices;
using SQLitePCL;

namespace Sluice.Core.Sqlite;

/// <summary>Binds the SQLite wrapper to a library, once a process.</summary>
internal static class SqliteProvider
{
    /// <summary>What the library is called in imports; which one it is, the resolver says.</summary>
    internal const string Library = "e_sqlite3";

    private static readonly Lazy<bool> Bound = new(Bind);

    /// <summary>Makes SQLite usable; does nothing the second time.</summary>
    public static void Initialize() => _ = Bound.Value;

    private static bool Bind()
    {
        NativeLibrary.SetDllImportResolver(typeof(SQLite3Provider_e_sqlite3).Assembly, Resolve);
        // Both must call the same one.
        NativeLibrary.SetDllImportResolver(typeof(SqliteProvider).Assembly, Resolve);
        raw.SetProvider(new SQLite3Provider_e_sqlite3());
        return true;
    }

    // The system's library gets the distribution's security fixes; the one that comes with the package is the fallback.
    private static nint Resolve(string name, Assembly assembly, DllImportSearchPath? paths) =>
        name == Library && NativeLibrary.TryLoad("libsqlite3.so.0", out var system) ? system : nint.Zero;
}
