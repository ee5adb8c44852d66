using System.Text.Json;
using Sluice.Api;
using Sluice.Configuration;
using Sluice.Core.Tags;
using Sluice.Hosting;

namespace Sluice.Tests.Api;

public class BucketEventTests
{
    private const string Minio = """{"EventName":"s3:ObjectCreated:Put","Key":"videos/a b/clip.mp4","Records":[{"eventName":"s3:ObjectCreated:Put","s3":{"bucket":{"name":"videos"},"object":{"key":"a+b%2Fclip.mp4","eTag":"x"}}}]}""";

    [Fact]
    public void Read_OfANotification_NamesItsObjects() => Assert.Equal([new BucketEvent("videos", "a b/clip.mp4")], Read(Minio));

    [Fact]
    public void Read_ThroughSns_IsTheSame() =>
        Assert.Equal([new BucketEvent("videos", "a b/clip.mp4")], Read(JsonSerializer.Serialize(new { Type = "Notification", Message = Minio })));

    [Fact]
    public void Read_OfEventBridge_TakesTheKeyAsItIs() => Assert.Equal([new BucketEvent("videos", "a+b%2F c.mp4")], Read(
        """{"version":"0","detail-type":"Object Created","source":"aws.s3","account":"123456789012","region":"eu-central-1","resources":["arn:aws:s3:::videos"],"detail":{"version":"0","bucket":{"name":"videos"},"object":{"key":"a+b%2F c.mp4","size":5,"etag":"x"},"reason":"PutObject"}}"""));

    [Fact]
    public void Read_OfCeph_TakesAKeyThatMayBeEncodedBothWays() => Assert.Equal([new BucketEvent("b", "a b"), new BucketEvent("b", "a+b"), new BucketEvent("b", "plain")],
        Read("""{"Records":[{"eventSource":"ceph:s3","s3":{"bucket":{"name":"b"},"object":{"key":"a+b"}}},{"eventSource":"ceph:s3","s3":{"bucket":{"name":"b"},"object":{"key":"plain"}}}]}"""));

    [Theory]
    [InlineData("""{"Records":[{"eventName":"ObjectRemoved:DeleteMarkerCreated","s3":{"bucket":{"name":"b"},"object":{"key":"k"}}}]}""", true)]
    [InlineData("""{"Records":[{"eventName":"s3:ObjectRemoved:Delete","s3":{"bucket":{"name":"b"},"object":{"key":"k"}}}]}""", true)]
    [InlineData("""{"detail-type":"Object Deleted","detail":{"bucket":{"name":"b"},"object":{"key":"k"}}}""", true)]
    [InlineData("""{"Records":[{"eventName":"ObjectCreated:Put","s3":{"bucket":{"name":"b"},"object":{"key":"k"}}}]}""", false)]
    [InlineData("""{"Records":[{"eventName":1,"s3":{"bucket":{"name":"b"},"object":{"key":"k"}}}]}""", false)]
    [InlineData("""{"detail-type":"Object Created","detail":{"bucket":{"name":"b"},"object":{"key":"k"}}}""", false)]
    public void Read_OfARemoval_SaysSo(string json, bool expected) => Assert.Equal([new BucketEvent("b", "k", expected)], Read(json));

    [Fact]
    public void Read_OfTheTestThatS3Sends_IsNothing() => Assert.Empty(Read("""{"Service":"Amazon S3","Event":"s3:TestEvent","Bucket":"videos"}""")!);

    [Theory]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("""{"Records":{}}""")]
    [InlineData("\"Records\"")]
    public void Read_OfSomethingElse_IsNull(string json) => Assert.Null(Read(json));

    [Fact]
    public void Read_PassesOverRecordsThatAreNoObjects() =>
        Assert.Equal([new BucketEvent("b", "k")], Read("""{"Records":[1,{"s3":null},{"s3":{"bucket":{"name":1},"object":{"key":"k"}}},{"s3":{"bucket":{"name":"b"},"object":{"key":"k"}}}]}"""));

    [Fact]
    public void Paths_AreThoseOfTheRoutesThatServeTheObject()
    {
        var options = new SluiceOptions();
        options.Routes.Add(Route("/hls/*", "videos", ""));
        options.Routes.Add(Route("/*", "videos", "public"));
        options.Routes.Add(Route("/other/*", "other", ""));
        var paths = new BucketPaths(options);
        Assert.Equal(["/a%20b/ü.mp4".Replace("ü", "%C3%BC", StringComparison.Ordinal)], paths.PathsOf("videos", "public/a b/ü.mp4"));
        Assert.Equal(["/hls/1/master.m3u8"], paths.PathsOf("videos", "hls/1/master.m3u8"));
        Assert.Empty(paths.PathsOf("videos", "publicity/x.mp4"));
        Assert.Empty(paths.PathsOf("nobody", "x.mp4"));
    }

    [Fact]
    public void Purges_OfACatalogsFiles_ReachTheHlsMadeFromThem()
    {
        const string Id = "6f1c2f0e-9d1b-4d6a-8a3e-0f7b2f1f9c11";
        var options = new SluiceOptions();
        options.Catalog.Store.S3 = new S3Section { Bucket = "catalog", Prefix = "v" };
        var paths = new BucketPaths(options);
        Assert.Equal([new PurgeRequest(PurgeKind.Tag, $"video:{Id}")], paths.PurgesOf("catalog", $"v/originals/{Id}/film.mp4"));
        Assert.Equal([new PurgeRequest(PurgeKind.Source, $"/hls/{Id}/1/720p/3.ts")], paths.PurgesOf("catalog", $"v/hls/{Id}/1/720p/3.ts"));
        Assert.Empty(paths.PurgesOf("catalog", $"originals/{Id}/film.mp4"));
        Assert.Empty(paths.PurgesOf("catalog", "v/originals/readme"));
        Assert.Empty(paths.PurgesOf("other", $"v/originals/{Id}/film.mp4"));
    }

    private static RouteSection Route(string pattern, string bucket, string prefix) =>
        new() { Pattern = pattern, Origins = { new OriginSection { S3 = new S3Section { Bucket = bucket, Prefix = prefix } } } };

    private static IReadOnlyList<BucketEvent>? Read(string json)
    {
        using var document = JsonDocument.Parse(json);
        return BucketEvent.Read(document.RootElement);
    }
}
