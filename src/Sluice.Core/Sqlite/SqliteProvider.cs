using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Sluice.Core.Sqlite;

/// <summary>Binds the SQLite wrapper to a library, once a process, unless the app that this is in has done so.</summary>
internal static class SqliteProvider
{
    /// <summary>What the library is called in imports; which one it is, the resolver says.</summary>
    internal const string Library = "e_sqlite3";

    private static readonly Lazy<bool> Bound = new(Bind);

    /// <summary>Makes SQLite usable; does nothing the second time.</summary>
    public static void Initialize() => _ = Bound.Value;

    /// <summary>True where the library was chosen here, so that imports of our own lead to the same one.</summary>
    public static bool IsOurs => Bound.Value;

    private static bool Bind()
    {
        // The app may have SQLite in a bundle, which is bound with the first connection.
        RuntimeHelpers.RunClassConstructor(typeof(SqliteConnection).TypeHandle);
        // What was called stays bound to the app's library; the rest of it from another one would be handed its connections, which ends the process.
        if (IsBound()) return false;
        NativeLibrary.SetDllImportResolver(typeof(SQLite3Provider_e_sqlite3).Assembly, Resolve);
        // Both must call the same one.
        NativeLibrary.SetDllImportResolver(typeof(SqliteProvider).Assembly, Resolve);
        raw.SetProvider(new SQLite3Provider_e_sqlite3());
        return true;
    }

    private static bool IsBound()
    {
        try
        {
            return raw.GetNativeLibraryName().Length > 0;
        }
        catch (Exception)
        {
            // The wrapper's own way to say that it is bound to none.
            return false;
        }
    }

    // The system's library gets the distribution's security fixes; the one that comes with the package is the fallback.
    private static nint Resolve(string name, Assembly assembly, DllImportSearchPath? paths) =>
        name == Library && NativeLibrary.TryLoad("libsqlite3.so.0", out var system) ? system : nint.Zero;
}
