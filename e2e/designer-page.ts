import { expect, type Locator, type Page } from '@playwright/test';

/** What a hand does in the designer. */
export class DesignerPage {
  readonly canvas: Locator;
  readonly summary: Locator;

  readonly page: Page;

  constructor(page: Page) {
    this.page = page;
    this.canvas = page.getByTestId('paint-canvas');
    this.summary = page.getByTestId('paint-summary');
  }

  async open(): Promise<void> {
    await this.page.getByRole('link', { name: 'Designer' }).click();
    await expect(this.summary).toContainText('training images');
  }

  /** Drags on the canvas; places are fractions of its width and height. */
  async drag(from: [number, number], ...to: [number, number][]): Promise<void> {
    await this.press(from);
    for (const place of to) await this.moveTo(place);
    await this.page.mouse.up();
  }

  /** Puts the pointer down without lifting it. */
  async press(at: [number, number]): Promise<void> {
    const [x, y] = await this.place(at);
    await this.page.mouse.move(x, y);
    await this.page.mouse.down();
  }

  async moveTo(at: [number, number]): Promise<void> {
    const [x, y] = await this.place(at);
    await this.page.mouse.move(x, y, { steps: 8 });
  }

  async tool(id: string): Promise<void> {
    await this.page.getByTestId(`tool-${id}`).click();
  }

  async layer(title: string): Promise<void> {
    await this.page.getByTitle(`Draw into ${title}`).click();
  }

  /** Opens a part of the design: Dataset, Model, Training, Evaluation or JSON. */
  async part(name: string): Promise<void> {
    await this.page
      .getByRole('radiogroup', { name: 'Part of the design' })
      .getByText(name, { exact: true })
      .click();
  }

  /** Types a value into a field of a form. */
  async field(label: string, value: string): Promise<void> {
    const input = this.page.getByRole('textbox', { name: label, exact: true });
    await input.fill(value);
    await input.press('Enter');
  }

  shapes(): Locator {
    return this.page.getByTestId('shape-list').getByRole('listitem');
  }

  private async place([x, y]: [number, number]): Promise<[number, number]> {
    const box = (await this.canvas.boundingBox())!;
    return [box.x + x * box.width, box.y + y * box.height];
  }
}
