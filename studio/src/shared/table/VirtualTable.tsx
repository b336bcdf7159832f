import { Box } from "@mantine/core";
import { useVirtualizer } from "@tanstack/react-virtual";
import { type ReactNode, useEffect, useRef } from "react";
import classes from "./VirtualTable.module.css";

export type TableColumn = {
  key: string;
  header: ReactNode;
  width: number;
  sort?: "ascending" | "descending" | "none";
  onSort?: () => void;
};

type Props = {
  label: string;
  columns: TableColumn[];
  total: number;
  /** The cells of a row, or undefined while it is not there yet. */
  row: (index: number) => ReactNode[] | undefined;
  onRange?: (first: number, last: number) => void;
  onRowClick?: (index: number) => void;
  selected?: number;
  height?: number;
  rowHeight?: number;
  headerHeight?: number;
};

/** A table of any length and width: only what is seen is in the page. */
export function VirtualTable(props: Props) {
  const { columns, total, rowHeight = 32, headerHeight = 36 } = props;
  const place = useRef<HTMLDivElement>(null);
  const rows = useVirtualizer({
    count: total,
    getScrollElement: () => place.current,
    estimateSize: () => rowHeight,
    overscan: 8,
  });
  const across = useVirtualizer({
    horizontal: true,
    count: columns.length,
    getScrollElement: () => place.current,
    estimateSize: (index) => columns[index]?.width ?? 120,
    overscan: 3,
  });
  const seen = rows.getVirtualItems();
  const first = seen[0]?.index ?? 0;
  const last = seen[seen.length - 1]?.index ?? 0;
  const { onRange } = props;
  useEffect(() => onRange?.(first, last), [first, last, onRange]);
  const shown = across.getVirtualItems();
  return (
    <Box
      ref={place}
      className={classes.frame}
      h={props.height ?? 480}
      role="table"
      aria-label={props.label}
      aria-rowcount={total + 1}
      aria-colcount={columns.length}
      tabIndex={0}
    >
      <div style={{ height: rows.getTotalSize() + headerHeight, width: across.getTotalSize(), minWidth: "100%" }}>
        <div role="row" className={classes.head} style={{ height: headerHeight }} aria-rowindex={1}>
          {shown.map((item) => {
            const column = columns[item.index]!;
            return (
              <div
                key={column.key}
                role="columnheader"
                aria-sort={column.sort}
                aria-colindex={item.index + 1}
                className={classes.cell}
                style={{ left: item.start, width: item.size, height: headerHeight }}
              >
                {column.onSort ? (
                  <button type="button" className={classes.sort} onClick={column.onSort}>
                    {column.header}
                    {column.sort === "ascending" ? " ▲" : column.sort === "descending" ? " ▼" : ""}
                  </button>
                ) : (
                  column.header
                )}
              </div>
            );
          })}
        </div>
        {seen.map((line) => {
          const cells = props.row(line.index);
          return (
            <div
              key={line.key}
              role="row"
              aria-rowindex={line.index + 2}
              aria-selected={props.selected === line.index ? true : undefined}
              className={classes.row}
              data-clickable={props.onRowClick ? "" : undefined}
              style={{ top: line.start + headerHeight, height: line.size }}
              onClick={() => props.onRowClick?.(line.index)}
            >
              {shown.map((item) => (
                <div
                  key={item.key}
                  role="cell"
                  aria-colindex={item.index + 1}
                  className={classes.cell}
                  style={{ left: item.start, width: item.size, height: line.size }}
                >
                  {cells === undefined ? "…" : cells[item.index]}
                </div>
              ))}
            </div>
          );
        })}
      </div>
    </Box>
  );
}
