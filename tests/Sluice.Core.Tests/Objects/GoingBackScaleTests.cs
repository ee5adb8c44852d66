using Sluice.Core.Disk;
using Sluice.Core.Sqlite;
using Sluice.Core.Tests.Disk;

namespace Sluice.Core.Tests.Objects;

/// <summary>What is measured is the whole process, so nothing else may run beside it.</summary>
[Collection(nameof(DiskTierScaleTests))]
public sealed class GoingBackScaleTests(ITestOutputHelper output) : GoingBackTestBase
{
    [Fact]
    public async Task GoBack_HundredThousandThatWereUsed_TakeLessThan300BytesEach()
    {
        const int count = 100_000, left = 100;
        await (await OpenAsync()).DisposeAsync();
        Fill(count);
        var before = GC.GetTotalMemory(true);
        await using var cache = await OpenAsync();
        var scope = cache.Scope("edge:");
        for (var i = 1; i <= count; i++)
        {
            Assert.NotEmpty(scope.FindStored($"/videos/{i}.mp4"));
            if (i % 10_000 == 0) cache.GoBack(left);
        }

        var each = (GC.GetTotalMemory(true) - before) / count;
        output.WriteLine($"{each} bytes an object");
        Assert.Equal((count - left, left), (cache.Disk!.RowCount, scope.Slots.Count()));
        Assert.InRange(each, 0, 300);
    }

    private void Fill(int count)
    {
        using var index = SqliteDatabase.Open(Path.Combine(Root, "cache", "index.db"));
        using var insert = index.Prepare($"""
            WITH RECURSIVE ids (id) AS (SELECT 1 UNION ALL SELECT id + 1 FROM ids WHERE id < {count})
            INSERT INTO objects SELECT id, randomblob(32), random(), 'edge: /videos/' || id || '.mp4', $metadata, {Chunk}, 1, {Chunk}, id FROM ids
            """, "$metadata");
        var metadata = MetadataOf("/videos/1.mp4", 1);
        insert.Parameters[0].Value = ObjectMetadataFormat.Encode(metadata with { Version = metadata.Version with { Length = Chunk } });
        insert.ExecuteNonQuery();
        index.Execute("INSERT INTO chunks SELECT id, 0, 1 FROM objects");
        index.Execute($"UPDATE settings SET objects = {count}, bytes = {count * (long)Chunk}");
    }
}
