using System.Globalization;

namespace Benchmarks.Load;

/// <summary>Datagrams that the kernel dropped because a socket's receive buffer was full.</summary>
internal static class UdpDrops
{
    /// <summary>The drops so far of the IPv4 sockets that are bound to these ports.</summary>
    public static long Of(IEnumerable<ushort> ports)
    {
        const int LocalAddressField = 1;
        var wanted = new HashSet<ushort>(ports);
        long drops = 0;
        foreach (string line in File.ReadLines("/proc/net/udp").Skip(1))
        {
            string[] fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            string address = fields[LocalAddressField];
            ushort port = ushort.Parse(
                address.AsSpan(address.IndexOf(':') + 1), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            if (wanted.Contains(port))
                drops += long.Parse(fields[^1], CultureInfo.InvariantCulture);
        }

        return drops;
    }
}
