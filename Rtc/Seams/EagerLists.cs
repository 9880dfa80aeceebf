namespace Rtc.Seams;

/// <summary>
/// What is needed of LINQ to make snapshots, done at once and without iterators. LINQ lives on generic virtual methods,
/// which are not compiled ahead of time: each new use of it takes the first request about a millisecond.
/// </summary>
internal static class EagerLists
{
    /// <summary>What <paramref name="map"/> makes of each item, in order.</summary>
    public static TResult[] Map<T, TResult>(this IReadOnlyList<T> items, Func<T, TResult> map)
    {
        var result = new TResult[items.Count];
        for (int i = 0; i < result.Length; i++)
            result[i] = map(items[i]);
        return result;
    }

    /// <summary>What <paramref name="map"/> makes of each entry.</summary>
    public static TResult[] Map<TKey, TValue, TResult>(
        this Dictionary<TKey, TValue> entries, Func<TKey, TValue, TResult> map)
        where TKey : notnull
    {
        var result = new TResult[entries.Count];
        int count = 0;
        foreach ((TKey key, TValue value) in entries)
            result[count++] = map(key, value);
        return result;
    }

    /// <summary>The first item that <paramref name="isWanted"/>; null when there is none.</summary>
    public static T? Find<T>(this IReadOnlyList<T> items, Predicate<T> isWanted)
        where T : class
    {
        for (int i = 0; i < items.Count; i++)
        {
            if (isWanted(items[i]))
                return items[i];
        }

        return null;
    }
}
