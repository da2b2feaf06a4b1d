/** Dragging a completion's letter onto a rank. */
const dataType = 'application/x-instruct-completion';

/** Makes an element draggable; `index` is the completion's position. */
export function dragSource(source: HTMLElement, index: number): void {
  source.draggable = true;
  source.addEventListener('dragstart', (event) => {
    event.dataTransfer?.setData(dataType, String(index));
    if (event.dataTransfer !== null) event.dataTransfer.effectAllowed = 'move';
    document.body.classList.add('dragging');
  });
  source.addEventListener('dragend', () => document.body.classList.remove('dragging'));
}

/** Lets completions be dropped on an element. */
export function dropTarget(target: HTMLElement, drop: (index: number) => void): void {
  const carries = (event: DragEvent) => event.dataTransfer?.types.includes(dataType) === true;
  target.addEventListener('dragover', (event) => {
    if (!carries(event)) return;
    event.preventDefault();
    target.classList.add('drop');
  });
  target.addEventListener('dragleave', () => target.classList.remove('drop'));
  target.addEventListener('drop', (event) => {
    target.classList.remove('drop');
    if (!carries(event)) return;
    event.preventDefault();
    drop(Number(event.dataTransfer?.getData(dataType)));
  });
}
