using Sluice.TestKit.Processes;

namespace Sluice.Catalog.Storage;

public sealed class SqliteCatalogStoreTests : CatalogStoreContract
{
    private readonly TemporaryFolder folder = new();

    internal override Task<ICatalogDatabase> OpenAsync() => Task.FromResult<ICatalogDatabase>(SqliteCatalog.Open(folder.FileOf("catalog.db")));

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        folder.Dispose();
    }

    [Fact]
    public void Open_AFileThatIsNoDatabase_SaysWhatToDo()
    {
        var file = folder.Write("bad.db", new string('x', 5000));

        Assert.Contains("--catalog", Assert.Throws<IOException>(() => SqliteCatalog.Open(file)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("postgres://me:secret@db.example:5433/videos", "db.example", 5433, "videos")]
    [InlineData("postgresql://me@localhost/v?sslmode=require", "localhost", 5432, "v")]
    [InlineData("Host=h;Port=1;Database=d;Username=u", "h", 1, "d")]
    public void PostgresAddress_EitherForm_IsRead(string address, string host, int port, string name)
    {
        var read = new Npgsql.NpgsqlConnectionStringBuilder(PostgresAddress.Read(address));

        Assert.Equal((host, port, name, 25), (read.Host, read.Port, read.Database, read.MaxPoolSize));
    }

    [Theory]
    [InlineData("postgres://secret@")]
    [InlineData("Nonsense=secret")]
    public void PostgresAddress_Wrong_IsRefusedWithoutShowingIt(string address) =>
        Assert.DoesNotContain("secret", Assert.Throws<ArgumentException>(() => PostgresAddress.Read(address)).Message, StringComparison.Ordinal);
}
