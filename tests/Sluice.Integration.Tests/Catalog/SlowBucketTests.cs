using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Sluice.TestKit.Processes;

namespace Sluice.Integration.Tests.Catalog;

/// <summary>A bucket whose answers come in pieces, as long lists of files do.</summary>
public sealed class SlowBucketTests
{
    private const string Nothing = """<?xml version="1.0"?><ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><IsTruncated>false</IsTruncated></ListBucketResult>""";

    [Fact]
    public async Task List_WhoseBodyComesAfterItsHead_HoldsNobodyUp()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var stop = new CancellationTokenSource();
        var serving = AcceptAsync(listener, stop.Token);
        using var folder = new TemporaryFolder();
        await using (var sluice = await SluiceProcess.StartAsync(new SluiceProcessOptions
        {
            Origin = folder.Path,
            Environment = new Dictionary<string, string>
            {
                ["SLUICE__Catalog__Store__S3__Bucket"] = "videos",
                ["SLUICE__Catalog__Store__S3__Endpoint"] = $"http://{listener.LocalEndpoint}",
                ["SLUICE__Catalog__Store__S3__Region"] = "us-east-1",
                ["AWS_ACCESS_KEY_ID"] = "key",
                ["AWS_SECRET_ACCESS_KEY"] = "secret",
            },
        }))
        {
            var catalog = new CatalogClient(sluice);
            for (var i = 0; i < 4; i++)
            {
                var (id, _) = await catalog.CreateAsync();
                Assert.Equal(HttpStatusCode.NoContent, (await catalog.SendAsync(HttpMethod.Delete, $"/v1/videos/{id}")).Status);
            }

            Assert.True(await Eventually.HoldsAsync(async () => await catalog.CounterAsync("sluice_catalog_jobs_total", "kind=\"delete\"", "result=\"done\"") == 4, TimeSpan.FromSeconds(60)), sluice.Log);
        }
        await stop.CancelAsync();
        await serving;
    }

    private static async Task AcceptAsync(TcpListener listener, CancellationToken stop)
    {
        var clients = new List<Task>();
        try
        {
            while (true) clients.Add(ServeAsync(await listener.AcceptTcpClientAsync(stop)));
        }
        catch (OperationCanceledException)
        {
            await Task.WhenAll(clients);
        }
    }

    private static async Task ServeAsync(TcpClient client)
    {
        using (client)
        {
            var stream = client.GetStream();
            using var reader = new StreamReader(stream);
            try
            {
                while (await reader.ReadLineAsync() is not null)
                {
                    while (await reader.ReadLineAsync() is { Length: > 0 }) { }
                    await stream.WriteAsync(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"HTTP/1.1 200 OK\r\nContent-Type: application/xml\r\nContent-Length: {Nothing.Length}\r\n\r\n")));
                    await Eventually.PassAsync(TimeSpan.FromMilliseconds(300));
                    await stream.WriteAsync(Encoding.ASCII.GetBytes(Nothing));
                }
            }
            catch (IOException)
            {
                // The server was ended.
            }
        }
    }
}
