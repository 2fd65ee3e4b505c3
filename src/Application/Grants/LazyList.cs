using System.Collections;

namespace S3Auth.Application.Grants;

/// <summary>
/// A list that makes each item from another item when it is read. So a large answer signs each URL when it writes it, and keeps none in
/// memory.
/// </summary>
internal sealed class LazyList<TFrom, TTo>(IReadOnlyList<TFrom> items, Func<TFrom, TTo> make) : IReadOnlyList<TTo>
{
    public int Count => items.Count;

    public TTo this[int index] => make(items[index]);

    public IEnumerator<TTo> GetEnumerator() => items.Select(make).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
