"""A TCP relay on loopback that holds every byte for a while in each direction: a longer way to a server, also where the kernel has no netem."""
import asyncio, sys

PIECE, QUEUED = 256 * 1024, 32  # 8 MB on the way per connection and direction, as a well-tuned TCP has


async def carry(reader, writer, seconds):
    loop, queue = asyncio.get_running_loop(), asyncio.Queue(QUEUED)

    async def take_in():
        try:
            while data := await reader.read(PIECE):
                await queue.put((loop.time() + seconds, data))
        except OSError:
            pass
        await queue.put((loop.time() + seconds, b""))

    taking = asyncio.create_task(take_in())
    try:
        while True:
            due, data = await queue.get()
            if (wait := due - loop.time()) > 0:
                await asyncio.sleep(wait)
            if not data:
                break
            writer.write(data)
            await writer.drain()
        if writer.can_write_eof():
            writer.write_eof()
    except OSError:
        pass
    finally:
        taking.cancel()


async def main(port, target, seconds):
    async def serve(reader, writer):
        try:
            far_reader, far_writer = await asyncio.open_connection("127.0.0.1", target, limit=PIECE)
        except OSError:
            writer.close()
            return
        await asyncio.gather(carry(reader, far_writer, seconds), carry(far_reader, writer, seconds))
        far_writer.close()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", port, limit=PIECE)
    async with server:
        await server.serve_forever()


asyncio.run(main(int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])))
